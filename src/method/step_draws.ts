import type { RandomStream } from "../core/random.ts";
import type { Box } from "./boxes.ts";
import { valueNow, type Varying } from "../nn/varying.ts";
import type { Pairs, PairSource } from "./pairing.ts";

/** The random part of a step, drawn before it, so that it can be repeated or given. */
export interface StepDraws {
  /** λ in [0, limit). */
  readonly mixCoefficient: number;
  /** Pairs drawn at random or given; without them the step looks for the nearest. */
  readonly pairs?: Pairs;
  /** Partner of each labeled image in the labeled-labeled mix. */
  readonly labeledPartners?: readonly number[];
  /** Which part of each mixture the labeled image is, where mixtures are boxes; of the whole batch. */
  readonly boxes?: readonly Box[];
  /** Where dropout draws from. */
  readonly dropout?: RandomStream;
  /** A stream for a purpose of this step, from its beginning whenever it is asked for. */
  readonly stream?: DrawSource["stream"];
}

/** What a step's random part is drawn from; counts are of the whole batch. */
export interface DrawSource extends PairSource {
  /** A stream of (seed, purpose, iteration). */
  stream(purpose: string): RandomStream;
}

/** A step's random part as the step uses it: as it is, or with where to ask for that of later steps. */
export type VaryingDraws =
  & {
    readonly [K in keyof Omit<StepDraws, "stream">]: StepDraws[K] extends infer T
      ? T extends object | number ? Varying<T> : T
      : never;
  }
  & {
    /** Where to ask for a stream of this step, and of later ones. */
    readonly stream?: (purpose: string) => Varying<RandomStream>;
  };

/** Draws that ask `current` for everything, so that what is made of them can be made again for another step. */
export function varyingDraws(current: () => StepDraws): VaryingDraws {
  const now = current();
  return {
    mixCoefficient: () => current().mixCoefficient,
    pairs: now.pairs && (() => current().pairs!),
    labeledPartners: now.labeledPartners && (() => current().labeledPartners!),
    boxes: now.boxes && (() => current().boxes!),
    dropout: now.dropout && (() => current().dropout!),
    stream: now.stream && ((purpose) => () => current().stream!(purpose)),
  };
}

/** The random part as it is now. */
export function drawsNow(draws: VaryingDraws): StepDraws {
  return {
    mixCoefficient: valueNow(draws.mixCoefficient),
    pairs: draws.pairs && valueNow(draws.pairs),
    labeledPartners: draws.labeledPartners && valueNow(draws.labeledPartners),
    boxes: draws.boxes && valueNow(draws.boxes),
    dropout: draws.dropout && valueNow(draws.dropout),
  };
}

/** A permutation without fixed points where there are two or more: each image mixed with another one. */
export function partners(count: number, stream: RandomStream): number[] {
  const shift = count > 1 ? 1 + stream.integer(count - 1) : 0;
  return Array.from({ length: count }, (_, i) => (i + shift) % count);
}
