import type { RandomStream } from "../../core/random.ts";
import type { PictureSize } from "./augment_options.ts";
import { blur } from "./blur.ts";
import { changeBrightness, changeContrast, changeSaturation, changeSharpness } from "./enhance.ts";
import { turnHue } from "./hue.ts";
import { autocontrast, equalize, posterize, solarize } from "./level_tables.ts";

/** Names of AugSeg's operations (`augseg/dataset/augs_TIBA.py`, `get_augment_list`). */
export type OperationName =
  | "identity"
  | "autocontrast"
  | "equalize"
  | "blur"
  | "contrast"
  | "brightness"
  | "color"
  | "sharpness"
  | "posterize"
  | "solarize"
  | "hue";

/** A drawn operation. */
export interface Operation {
  /** Which one. */
  readonly name: OperationName;
  /** Its strength, in the range of {@link OPERATIONS}; 0 where it has none. */
  readonly strength: number;
}

interface OperationKind {
  readonly draw: (stream: RandomStream) => number;
  readonly apply: (pixels: Uint8Array, strength: number, size: PictureSize) => void;
}

const none = () => 0;
const sigma = (stream: RandomStream) => 0.1 + 1.9 * stream.uniform();
/** A factor of Pillow's enhancers, in (0.05, 0.95]: never more than there is. */
const factor = (stream: RandomStream) => 0.95 - 0.9 * stream.uniform();
const bits = (stream: RandomStream) => 4 + stream.integer(4);
const threshold = (stream: RandomStream) => 1 + stream.integer(255);
const turn = (stream: RandomStream) => stream.uniform() - 0.5;

/** Every operation: how its strength is drawn, and what it does in place. */
const OPERATIONS: Readonly<Record<OperationName, OperationKind>> = {
  identity: { draw: none, apply: () => {} },
  autocontrast: { draw: none, apply: autocontrast },
  equalize: { draw: none, apply: equalize },
  blur: { draw: sigma, apply: (pixels, strength, size) => blur(pixels, size, strength) },
  contrast: { draw: factor, apply: changeContrast },
  brightness: { draw: factor, apply: changeBrightness },
  color: { draw: factor, apply: changeSaturation },
  sharpness: { draw: factor, apply: (pixels, strength, size) => changeSharpness(pixels, size, strength) },
  posterize: { draw: bits, apply: posterize },
  solarize: { draw: threshold, apply: solarize },
  hue: { draw: turn, apply: turnHue },
};

const NAMES = Object.keys(OPERATIONS) as OperationName[];
const MOST = 3;

/** Draws one to three operations, each as likely as any other, the same one twice too. */
export function drawOperations(stream: RandomStream): Operation[] {
  return Array.from({ length: 1 + stream.integer(MOST) }, () => {
    const name = NAMES[stream.integer(NAMES.length)]!;
    return { name, strength: OPERATIONS[name].draw(stream) };
  });
}

/** Applies operations in place, one after the other. @param pixels `[size.height, size.width, 3]` bytes */
export function operate(pixels: Uint8Array, size: PictureSize, operations: readonly Operation[]): void {
  for (const { name, strength } of operations) OPERATIONS[name].apply(pixels, strength, size);
}
