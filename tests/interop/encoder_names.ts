/** Tensors of a ResNet-18 of tiny widths, by torchvision's names, for tests of name mapping. */
import type { ModelOptions, ResnetOptions } from "../../src/config/model_options.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { fileShape } from "../../src/nn/parameter_spec.ts";
import { parameterSpecs } from "../../src/model/parameter_specs.ts";

/** A small model; every part of it can be switched. */
export function modelOptions(stem: ResnetOptions["stem"], parts: Partial<ModelOptions> = {}): ModelOptions {
  return {
    classes: 3,
    encoder: { depth: 18, stem, stemChannels: 4, baseChannels: 4, outputStride: 8, contractDilation: true },
    decoder: { channels: 2, dilations: [1, 2], dropout: 0, alignCorners: false },
    mixDecoder: false,
    mitrans: false,
    classifier: false,
    ...parts,
  };
}

/** Tensors of that model whose values count upwards, by the official names. */
export function modelTensors(options: ModelOptions): Map<string, StoredTensor> {
  return new Map(
    parameterSpecs(options).map((spec, i): [string, StoredTensor] => {
      const shape = fileShape(spec);
      const count = shape.reduce((product, size) => product * size, 1);
      if (spec.kind === "counter") return [spec.name, { dtype: "int64", shape, data: BigInt64Array.of(5n) }];
      return [spec.name, {
        dtype: "float32",
        shape,
        data: Float32Array.from({ length: count }, (_, j) => i + j),
      }];
    }),
  );
}

/** The same tensors under other names; those that become `undefined` are dropped. */
export function renamed(
  tensors: ReadonlyMap<string, StoredTensor>,
  rename: (name: string) => string | undefined,
): Map<string, StoredTensor> {
  const result = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const other = rename(name);
    if (other !== undefined) result.set(other, tensor);
  }
  return result;
}
