import { writeStateDictPickle } from "./pickle_writer.ts";
import { elementCount, encodeElements } from "./stored_bytes.ts";
import type { StoredTensor } from "./stored_tensor.ts";
import { writeZip } from "./zip_writer.ts";

const FOLDER = "archive";

/**
 * Writes a file that `torch.load(path, weights_only=True)` opens as an OrderedDict of tensors: a state dict. Zip layout,
 * entries stored, the order of `tensors` kept; same input, same bytes.
 * @throws {RangeError} If a tensor's data does not fill its shape, or the file would reach 4 GiB
 */
export function writeTorchFile(tensors: ReadonlyMap<string, StoredTensor>): Uint8Array {
  const list = [...tensors].map(([name, tensor], i) => ({ name, tensor, key: String(i) }));
  for (const { name, tensor } of list) {
    if (elementCount(tensor.shape) !== tensor.data.length) {
      throw new RangeError(
        `Cannot write tensor ${JSON.stringify(name)}: it has ${tensor.data.length} elements, ` +
          `expected [${tensor.shape}]`,
      );
    }
  }
  const described = list.map(({ name, tensor: { dtype, shape }, key }) => ({ name, dtype, shape, key }));
  const encode = (text: string) => new TextEncoder().encode(text);
  return writeZip([
    { name: `${FOLDER}/data.pkl`, bytes: writeStateDictPickle(described) },
    { name: `${FOLDER}/byteorder`, bytes: encode("little") },
    ...list.map(({ tensor, key }) => ({ name: `${FOLDER}/data/${key}`, bytes: encodeElements(tensor) })),
    { name: `${FOLDER}/version`, bytes: encode("3\n") },
  ]);
}
