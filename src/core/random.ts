import { mersenne } from "pure-rand/generator/mersenne";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * Random numbers of one stream. Every draw of guidedmix comes from such a stream, named by
 * (seed, purpose, iteration), so that a resumed run repeats the draws of the unbroken one.
 */
export interface RandomStream {
  /** A float64 in [0, 1) with 53 random bits. */
  uniform(): number;
  /** An integer in [0, bound), without modulo bias; `bound` in [1, 2^32]. */
  integer(bound: number): number;
  /** A draw from the standard normal distribution (Box-Muller; two uniforms each). */
  normal(): number;
  /** A random order of 0 … length − 1 (Fisher-Yates). */
  permutation(length: number): number[];
}

/** FNV-1a with a final avalanche (murmur3's), of a text; an unsigned 32-bit integer. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function streamOf(next: () => number): RandomStream {
  const uniform = () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
  const integer = (bound: number) => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x100000000) {
      throw new RangeError(`Cannot draw an integer: bound is ${bound}, expected an integer from 1 to 2^32`);
    }
    const limit = 0x100000000 - (0x100000000 % bound);
    let draw = next() >>> 0;
    while (draw >= limit) draw = next() >>> 0;
    return draw % bound;
  };
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(length) {
      const order = Array.from({ length }, (_, i) => i);
      for (let i = length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

function nextOf(generator: RandomGenerator): () => number {
  return () => generator.next();
}

/**
 * The stream of one purpose at one iteration.
 * @param seed The run's seed, an integer
 * @param purpose What the numbers are for, for example `"crop"`; streams of different purposes are independent
 * @param iteration Counts from 0; a dataset index or an epoch where that fits better
 */
export function randomStream(seed: number, purpose: string, iteration = 0): RandomStream {
  const low = hashText(`${seed}/${purpose}/${iteration}`);
  const generator = xoroshiro128plus(low);
  for (let i = 0; i < 8; i++) generator.next();
  return streamOf(nextOf(generator));
}

/**
 * numpy's legacy `np.random.RandomState(seed)`: the same doubles, digit for digit (MT19937, init_genrand).
 * @param seed An integer; its low 32 bits count
 */
export function numpyRandomState(seed: number): RandomStream {
  return streamOf(nextOf(mersenne(seed >>> 0)));
}

/**
 * A draw from Beta(alpha, beta) for alpha, beta ≤ 1, by Johnk's rule as numpy's legacy generator has it
 * (`legacy_beta` in numpy/random/src/legacy/legacy-distributions.c), in (0, 1).
 * @throws {RangeError} If a parameter is outside (0, 1]
 */
export function betaDraw(stream: RandomStream, alpha: number, beta: number): number {
  if (!(alpha > 0 && alpha <= 1 && beta > 0 && beta <= 1)) {
    throw new RangeError(`Cannot draw from Beta(${alpha}, ${beta}): expected both parameters in (0, 1]`);
  }
  for (;;) {
    const x = Math.pow(stream.uniform(), 1 / alpha);
    const y = Math.pow(stream.uniform(), 1 / beta);
    if (x + y <= 1 && x + y > 0) return x / (x + y);
  }
}
