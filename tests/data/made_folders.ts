/** Folders with small pictures, for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "fast-png";

/** Files by path below a folder. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** A grey PNG of 8 bits that stores these values. */
export function greyPng(width: number, height: number, values: readonly number[]): Uint8Array {
  return encode({ width, height, data: Uint8Array.from(values), channels: 1, depth: 8 });
}

/** An RGB PNG; pixel i has the colour `colors[i]`, the list repeated to the end. */
export function rgbPng(width: number, height: number, colors: readonly (readonly number[])[]): Uint8Array {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    return colors[Math.floor(i / 3) % colors.length]![i % 3]!;
  });
  return encode({ width, height, data, channels: 3, depth: 8 });
}

/** A palette PNG that stores these indices. */
export function palettePng(
  width: number,
  height: number,
  indices: readonly number[],
  palette: readonly (readonly number[])[],
): Uint8Array {
  const colors = palette.map((color) => [...color]);
  return encode({ width, height, data: Uint8Array.from(indices), channels: 1, depth: 8, palette: colors });
}

/** Any photo: 4 × 2 pixels, or another size. */
export function photo(width = 4, height = 2): Uint8Array {
  return rgbPng(width, height, [[250, 10, 20], [30, 200, 40], [50, 60, 180]]);
}

/** A mask of 4 × 2 pixels that holds 0 and 1. */
export const MASK: Uint8Array = greyPng(4, 2, [0, 0, 1, 1, 0, 1, 0, 1]);

/** Runs a body with a folder that holds these files, and removes it. */
export async function withFolder<T>(files: Files, body: (root: string) => T | Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "guidedmix-data-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return await body(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A `dataset.toml` with two classes and lists `train.txt` and `val.txt`; more lines can follow. */
export function toml(...lines: readonly string[]): string {
  return ['classes = ["ground", "thing"]', 'train = "train.txt"', 'val = "val.txt"', ...lines].join("\n");
}

/** A whole described dataset: three labeled images, one without a mask, one of val. */
export function describedFiles(changes: Files = {}): Files {
  return {
    "dataset.toml": toml('name = "Tiny"'),
    "train.txt":
      "images/a.png masks/a.png\nimages/b.png masks/b.png\nimages/c.png masks/c.png\nimages/free.png\n",
    "val.txt": "images/v.png masks/v.png\n",
    ...Object.fromEntries(["a", "b", "c", "v", "free"].map((name) => [`images/${name}.png`, photo()])),
    ...Object.fromEntries(["a", "b", "c", "v"].map((name) => [`masks/${name}.png`, MASK])),
    ...changes,
  };
}
