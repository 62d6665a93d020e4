/** PyTorch files for tests: those that torch 2.13 made, and hand-made ones that torch would not write. */
import { readdirSync, readFileSync } from "node:fs";
import { writeZip } from "../../src/formats/zip_writer.ts";
import { projectPath } from "../support.ts";

const FOLDER = "fixtures/formats/torch";

export function torchFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(projectPath(`${FOLDER}/${name}`)));
}

export function torchFileNames(): string[] {
  return readdirSync(projectPath(FOLDER)).sort();
}

/** Latin letters as bytes; `\x80` and the like for others. */
export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A torch file of the zip layout with this pickle and these storages. */
export function zipWithPickle(
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `a/data/${key}`, bytes }));
  return writeZip([{ name: "a/data.pkl", bytes: pickle }, ...data, {
    name: "a/version",
    bytes: latin("3\n"),
  }]);
}

/** The pickle of one float tensor; values are given as pickle text, for example `K\x02`. */
export function tensorPickle(
  { elements = "K\x02", offset = "K\x00", shape = "K\x02", strides = "K\x01", key = "0" } = {},
): Uint8Array {
  const keyText = `X${String.fromCharCode(key.length)}\0\0\0${key}`;
  const storage = `(X\x07\0\0\0storagectorch\nFloatStorage\n${keyText}X\x03\0\0\0cpu${elements}tQ`;
  const empty = "ccollections\nOrderedDict\n)R";
  return latin(
    `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}(${shape}t(${strides}t\x89${empty}tR.`,
  );
}
