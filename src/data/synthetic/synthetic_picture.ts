import type { RgbImage } from "../../formats/rgb_image.ts";
import type { LabelMap, SyntheticSource } from "../dataset.ts";
import { drawScene, type Scene, type Thing } from "./scene.ts";
import { shapeDistance } from "./shapes.ts";
import { latticeNoise, smoothNoise, textureAt } from "./textures.ts";

type Visit = (pixel: number, inside: number, x: number, y: number) => void;

/**
 * Visits the pixels of a thing.
 * @param visit Gets the pixel's number, how much of it is covered (above 0 to 1), and its place in the thing's own axes
 */
function visitThing({ shape, x, y, radius, angle }: Thing, size: number, visit: Visit): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const from = (center: number) => Math.max(0, Math.floor(center - 1.2 * radius));
  const to = (center: number) => Math.min(size - 1, Math.ceil(center + 1.2 * radius));
  for (let row = from(y); row <= to(y); row++) {
    for (let column = from(x); column <= to(x); column++) {
      const dx = column - x;
      const dy = row - y;
      const ownX = cos * dx + sin * dy;
      const ownY = cos * dy - sin * dx;
      const inside = 0.5 - shapeDistance(shape, ownX / radius, ownY / radius) * radius;
      if (inside > 0) visit(row * size + column, Math.min(1, inside), ownX, ownY);
    }
  }
}

function paintBackground(levels: Float32Array, size: number, scene: Scene): void {
  const { background: [first, second], slope, spot, salt } = scene;
  const [cos, sin] = [Math.cos(slope) / size, Math.sin(slope) / size];
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const gradient = 0.5 + 0.5 * (cos * (x - size / 2) + sin * (y - size / 2));
      const spots = smoothNoise(x / spot, y / spot, salt) - 0.5;
      const fine = smoothNoise(x / 3, y / 3, salt + 1) - 0.5;
      const share = Math.max(0, Math.min(1, gradient + 0.9 * spots + 0.4 * fine));
      for (let c = 0; c < 3; c++) levels[at++] = first[c]! * (1 - share) + second[c]! * share;
    }
  }
}

function paintThing(levels: Float32Array, size: number, thing: Thing): void {
  const { texture, period, salt, colors: [first, second] } = thing;
  visitThing(thing, size, (pixel, inside, x, y) => {
    const share = textureAt(texture, x, y, period, salt);
    for (let c = 0; c < 3; c++) {
      const own = first[c]! * (1 - share) + second[c]! * share;
      levels[3 * pixel + c] = levels[3 * pixel + c]! * (1 - inside) + own * inside;
    }
  });
}

/** Light and noise, as a camera would add them. */
function expose(levels: Float32Array, size: number, { light, grain, salt }: Scene): Uint8Array {
  const bytes = new Uint8Array(levels.length);
  for (let i = 0; i < levels.length; i++) {
    const noise = (latticeNoise(i, size, salt + 2) - 0.5) * grain;
    const level = levels[i]! * light[i % 3]! + noise;
    bytes[i] = level < 0 ? 0 : level > 255 ? 255 : level;
  }
  return bytes;
}

/** The picture of a source, `[size, size, 3]`; a pure function of it. */
export function syntheticImage(source: SyntheticSource): RgbImage {
  const { size } = source;
  const scene = drawScene(source);
  const levels = new Float32Array(size * size * 3);
  paintBackground(levels, size, scene);
  for (const thing of scene.things) paintThing(levels, size, thing);
  return { width: size, height: size, data: expose(levels, size, scene) };
}

/** The label map of a source: 0 for background and decoys; a pixel belongs to what covers half of it or more. */
export function syntheticLabels(source: SyntheticSource): LabelMap {
  const { size } = source;
  const data = new Uint8Array(size * size);
  for (const thing of drawScene(source).things) {
    visitThing(thing, size, (pixel, inside) => {
      if (inside >= 0.5) data[pixel] = thing.label;
    });
  }
  return { width: size, height: size, data };
}
