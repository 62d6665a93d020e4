import { type RandomStream, randomStream } from "../../core/random.ts";
import type { Color, SyntheticSource } from "../dataset.ts";
import { type Shape, SHAPES } from "./shapes.ts";
import type { Texture } from "./textures.ts";

/** A class of the synthetic set: its outline and its surface. Colours tell nothing. */
export interface SyntheticClass {
  /** Surface and outline in words. */
  readonly name: string;
  /** Outline. */
  readonly shape: Shape;
  /** Surface. */
  readonly texture: Texture;
}

/** Classes 1, 2, 3 …; class 0 is the background. */
export const SYNTHETIC_CLASSES: readonly SyntheticClass[] = [
  { name: "striped disk", shape: "disk", texture: "stripes" },
  { name: "checked square", shape: "square", texture: "checks" },
  { name: "dotted triangle", shape: "triangle", texture: "dots" },
  { name: "rayed ring", shape: "ring", texture: "rays" },
  { name: "speckled cross", shape: "cross", texture: "speckle" },
];

/** Something painted on the background: an object of a class, or a decoy (label 0). */
export interface Thing {
  /** Class, or 0 for a decoy: a plain outline of some class. */
  readonly label: number;
  /** Outline. */
  readonly shape: Shape;
  /** Surface. */
  readonly texture: Texture;
  /** Centre in pixels, from the left. */
  readonly x: number;
  /** Centre in pixels, from the top. */
  readonly y: number;
  /** In pixels. */
  readonly radius: number;
  /** In radians. */
  readonly angle: number;
  /** Of the texture, in pixels. */
  readonly period: number;
  /** The two that the texture blends. */
  readonly colors: readonly [Color, Color];
  /** Chooses the texture's noise. */
  readonly salt: number;
}

/** All that is drawn at random for a picture but the pixels' noise. */
export interface Scene {
  /** Later ones cover earlier ones. */
  readonly things: readonly Thing[];
  /** The two that the gradient and the spots blend. */
  readonly background: readonly [Color, Color];
  /** Direction of the background's gradient, in radians. */
  readonly slope: number;
  /** Size of the background's spots, in pixels. */
  readonly spot: number;
  /** Light: a factor on each of R, G, B. */
  readonly light: Color;
  /** Amplitude of the pixels' noise, in levels. */
  readonly grain: number;
  /** Chooses the noise of ground and pixels. */
  readonly salt: number;
}

function between(stream: RandomStream, low: number, high: number): number {
  return low + (high - low) * stream.uniform();
}

function drawColor(stream: RandomStream): Color {
  return [stream.integer(256), stream.integer(256), stream.integer(256)];
}

function brightness([r, g, b]: Color): number {
  return 0.3 * r + 0.59 * g + 0.11 * b;
}

/** Two colours whose brightness differs by 70 levels or more, so that a texture can be seen. */
function drawContrast(stream: RandomStream): [Color, Color] {
  for (;;) {
    const first = drawColor(stream);
    const second = drawColor(stream);
    if (Math.abs(brightness(first) - brightness(second)) >= 70) return [first, second];
  }
}

function drawThing(stream: RandomStream, size: number, label: number): Thing {
  const kind = SYNTHETIC_CLASSES[label - 1];
  return {
    label,
    shape: kind?.shape ?? SHAPES[stream.integer(SHAPES.length)]!,
    texture: kind?.texture ?? "plain",
    x: between(stream, 0.12, 0.88) * size,
    y: between(stream, 0.12, 0.88) * size,
    radius: between(stream, 0.15, 0.27) * size,
    angle: between(stream, 0, 2 * Math.PI),
    period: between(stream, 5.5, 8.5),
    colors: drawContrast(stream),
    salt: stream.integer(0x10000),
  };
}

/** Two to four objects of different classes, and up to two decoys below them. */
function drawThings(stream: RandomStream, size: number): Thing[] {
  const order = stream.permutation(SYNTHETIC_CLASSES.length).map((index) => index + 1);
  const objects = order.slice(0, 2 + stream.integer(3));
  const decoys = Array.from({ length: stream.integer(3) }, () => 0);
  return [...decoys, ...objects].map((label) => drawThing(stream, size, label));
}

/** The scene of a picture; the same source gives the same scene. */
export function drawScene({ seed, index, size }: Omit<SyntheticSource, "kind">): Scene {
  const stream = randomStream(seed, "synthetic", index);
  const things = drawThings(stream, size);
  const overall = between(stream, 0.45, 1.15);
  const tint = () => overall * between(stream, 0.8, 1.2);
  return {
    things,
    background: [drawColor(stream), drawColor(stream)],
    slope: between(stream, 0, 2 * Math.PI),
    spot: between(stream, 6, 24),
    light: [tint(), tint(), tint()],
    grain: between(stream, 4, 28),
    salt: stream.integer(0x10000),
  };
}
