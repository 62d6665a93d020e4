import type { RandomStream } from "../../core/random.ts";
import type { UnlabeledViews } from "../../config/view_options.ts";

/** What changes the colours of a first strong view; `distort` is the official distortion. */
type ColorDraw = "distort" | Exclude<UnlabeledViews["strong"], "official">;

/** What the random numbers of a sample are for: each has a stream of its own, so that one change moves no other. */
export type Draw = "resize" | "crop" | "flip" | "warp" | ColorDraw | `second ${ColorDraw}`;

/** Gives the stream of one purpose, for one sample. */
export type SampleStreams = (draw: Draw) => RandomStream;
