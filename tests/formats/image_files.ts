/** The pictures in fixtures/formats/images, and what they hold by OpenCV and Pillow. */
import { readdirSync, readFileSync } from "node:fs";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { projectPath } from "../support.ts";

const FOLDER = "fixtures/formats/images";

export function imageBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(projectPath(`${FOLDER}/${file}`)));
}

export function imageNames(): string[] {
  return readdirSync(projectPath(FOLDER)).filter((file) => /\.(png|jpg)$/.test(file)).sort();
}

/** Tensors whose name begins with `rgb/` or `mask/`, by file name. */
export function expectedPixels(kind: "rgb" | "mask"): [string, StoredTensor][] {
  const { tensors } = decodeSafetensors(imageBytes("expected.safetensors"));
  return [...tensors]
    .filter(([name]) => name.startsWith(`${kind}/`))
    .map(([name, tensor]) => [name.slice(kind.length + 1), tensor]);
}
