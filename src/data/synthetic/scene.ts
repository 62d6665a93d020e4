import { type RandomStream, randomStream } from "../../core/random.ts";
import type { Color, SyntheticSource } from "../dataset.ts";
import { type Shape, SHAPES } from "./shapes.ts";
import type { Texture } from "./textures.ts";

/** A class of the synthetic set: its outline, its surface, and a hue that its colours lie around. */
export interface SyntheticClass {
  /** Surface and outline in words. */
  readonly name: string;
  /** Outline. */
  readonly shape: Shape;
  /** Surface. */
  readonly texture: Texture;
  /** Middle of its hues, in degrees; neighbours overlap, see `HUE_SPREAD`. */
  readonly hue: number;
}

/** Hues of a class lie within so many degrees of its middle: a hint, not a proof, as decoys have any colour. */
const HUE_SPREAD = 50;

/** Classes 1, 2, 3 …; class 0 is the background. */
export const SYNTHETIC_CLASSES: readonly SyntheticClass[] = [
  { name: "striped disk", shape: "disk", texture: "stripes", hue: 0 },
  { name: "checked square", shape: "square", texture: "checks", hue: 72 },
  { name: "dotted triangle", shape: "triangle", texture: "dots", hue: 144 },
  { name: "rayed ring", shape: "ring", texture: "rays", hue: 216 },
  { name: "speckled cross", shape: "cross", texture: "speckle", hue: 288 },
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

/** Fully or half saturated colour of a hue, at a value (HSV). */
function colorOf(hue: number, saturation: number, value: number): Color {
  const channel = (offset: number) => {
    const sector = (offset + hue / 60 + 6) % 6;
    const share = Math.max(0, Math.min(1, Math.min(sector, 4 - sector)));
    return Math.round(255 * value * (1 - saturation * share));
  };
  return [channel(5), channel(3), channel(1)];
}

/** A dark and a light colour around a hue, in either order. */
function drawHued(stream: RandomStream, hue: number): [Color, Color] {
  const near = () => hue + between(stream, -HUE_SPREAD, HUE_SPREAD);
  const dark = colorOf(near(), between(stream, 0.5, 1), between(stream, 0.15, 0.45));
  const light = colorOf(near(), between(stream, 0.4, 0.9), between(stream, 0.75, 1));
  return stream.uniform() < 0.5 ? [dark, light] : [light, dark];
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
    colors: kind === undefined ? drawContrast(stream) : drawHued(stream, kind.hue),
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
