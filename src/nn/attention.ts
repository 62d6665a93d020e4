import * as tf from "@tensorflow/tfjs-core";
import type { Tape, Value } from "./tape.ts";
import type { AnyTensor } from "./tensors.ts";

/** Most attention weights (queries × keys) held at once: 2²⁴ floats are 64 MiB. */
export const ATTENTION_CHUNK = 1 << 24;

interface Chunk {
  readonly image: number;
  readonly start: number;
  readonly count: number;
}

function chunksOf(n: number, queries: number, keys: number, limit: number): Chunk[] {
  const step = Math.max(1, Math.min(queries, Math.floor(limit / keys)));
  const chunks: Chunk[] = [];
  for (let image = 0; image < n; image++) {
    for (let start = 0; start < queries; start += step) {
      chunks.push({ image, start, count: Math.min(step, queries - start) });
    }
  }
  return chunks;
}

function rows(x: AnyTensor, image: number, start: number, count: number): tf.Tensor2D {
  const c = x.shape[2]!;
  return tf.reshape(tf.slice(x, [image, start, 0], [1, count, c]), [count, c]);
}

function all(x: AnyTensor, image: number): tf.Tensor2D {
  return rows(x, image, 0, x.shape[1]!);
}

function weightsOf(query: tf.Tensor2D, key: tf.Tensor2D, scale: number): tf.Tensor2D {
  return tf.softmax(tf.mul(tf.matMul(query, key, false, true), scale) as tf.Tensor2D);
}

function forward(
  query: AnyTensor,
  key: AnyTensor,
  value: AnyTensor,
  scale: number,
  chunks: Chunk[],
): AnyTensor {
  const parts = chunks.map(({ image, start, count }) =>
    tf.tidy(() => {
      const weights = weightsOf(rows(query, image, start, count), all(key, image), scale);
      return tf.matMul(weights, all(value, image));
    })
  );
  return tf.reshape(tf.concat(parts, 0), [query.shape[0]!, query.shape[1]!, value.shape[2]!]);
}

interface ImageGradients {
  query: tf.Tensor2D[];
  key: tf.Tensor2D;
  value: tf.Tensor2D;
}

/** dS = P ∘ (dP − rowsum(dP ∘ P)), with P computed again instead of kept. */
function gradientOfChunk(
  parts: { query: tf.Tensor2D; key: tf.Tensor2D; value: tf.Tensor2D; dy: tf.Tensor2D },
  scale: number,
): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  return tf.tidy(() => {
    const weights = weightsOf(parts.query, parts.key, scale);
    const dWeights = tf.matMul(parts.dy, parts.value, false, true);
    const weighted = tf.mul(weights, dWeights);
    const dScores = tf.mul(
      tf.sub(weighted, tf.mul(weights, tf.sum(weighted, 1, true))),
      scale,
    ) as tf.Tensor2D;
    return [
      tf.matMul(dScores, parts.key),
      tf.matMul(dScores, parts.query, true, false),
      tf.matMul(weights, parts.dy, true, false),
    ];
  });
}

function gradients(
  tensors: { query: AnyTensor; key: AnyTensor; value: AnyTensor; dy: AnyTensor },
  scale: number,
  chunks: Chunk[],
): [AnyTensor, AnyTensor, AnyTensor] {
  const { query, key, value, dy } = tensors;
  const images = new Map<number, ImageGradients>();
  for (const { image, start, count } of chunks) {
    const parts = {
      query: rows(query, image, start, count),
      key: all(key, image),
      value: all(value, image),
      dy: rows(dy, image, start, count),
    };
    const [dq, dk, dv] = gradientOfChunk(parts, scale);
    const before = images.get(image);
    images.set(image, {
      query: [...(before?.query ?? []), dq],
      key: before === undefined ? dk : tf.add(before.key, dk),
      value: before === undefined ? dv : tf.add(before.value, dv),
    });
  }
  const list = [...images.values()];
  return [
    tf.reshape(tf.concat(list.flatMap((g) => g.query), 0), query.shape),
    tf.reshape(tf.concat(list.map((g) => g.key), 0), key.shape),
    tf.reshape(tf.concat(list.map((g) => g.value), 0), value.shape),
  ];
}

/**
 * Attention: y_i = Σ_j softmax_j(scale · q_i · k_j) v_j, image by image (the embedded Gaussian of Wang et al. 2018,
 * section 3.2). Queries go through in chunks, and the weights are computed again for the gradient, so that memory
 * grows with the number of positions, not with its square.
 * @param query `[N, Q, C]`
 * @param key `[N, K, C]`
 * @param value `[N, K, D]`
 * @param chunk Most queries × keys held at once
 * @returns `[N, Q, D]`
 */
export function attention(
  tape: Tape,
  query: Value,
  key: Value,
  value: Value,
  scale: number,
  chunk: number = ATTENTION_CHUNK,
): Value {
  const [n, queries, c] = query.shape as [number, number, number];
  const fits = key.shape[0] === n && value.shape[0] === n && key.shape[2] === c &&
    key.shape[1] === value.shape[1];
  if (!fits) {
    throw new RangeError(
      `Cannot attend: query [${query.shape}], key [${key.shape}], value [${value.shape}], ` +
        "expected [N, Q, C], [N, K, C], [N, K, D]",
    );
  }
  const chunks = chunksOf(n, queries, key.shape[1]!, chunk);
  return tape.apply({
    inputs: [query, key, value],
    output: tf.tidy(() => forward(query.tensor, key.tensor, value.tensor, scale, chunks)),
    saves: [query, key, value],
    backward: (dy) =>
      tf.tidy(() =>
        gradients({ query: query.tensor, key: key.tensor, value: value.tensor, dy }, scale, chunks)
      ),
  });
}
