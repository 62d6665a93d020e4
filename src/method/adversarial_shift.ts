/**
 * The direction in which a decoder's prediction changes most (virtual adversarial training, Miyato, Maeda, Koyama & Ishii
 * 2018, section 3.3), by one power iteration.
 *
 * The iteration asks for the gradient of KL(p(z) ‖ p(z + ξ·d)) by d. For small ξ that is ξ·JᵀFJ·d, J being the decoder's
 * Jacobian and F = diag(p) − p·pᵀ the Fisher matrix of its softmax. It is computed as such, forward along d and back: no ξ is
 * needed, and nothing is lost to rounding. (CCT's code takes ξ = 1e-6 in float32, where z + ξ·d is mostly z, and adds 1e-8 to
 * lengths of 1e-11: its shift was found 250 times shorter than its radius, LOG.md.)
 */
import * as tf from "@tensorflow/tfjs-core";
import type { ForwardPass } from "../model/forward_pass.ts";
import type { AnyTensor } from "../nn/tensors.ts";

/** A 1×1 convolution; with a bias it is followed by a rectifier. */
interface Layer {
  /** `[I, O]` */
  readonly weights: AnyTensor;
  /** `[O]` */
  readonly bias?: AnyTensor;
}

/** Layers of an auxiliary decoder. */
function layersOf({ parameters, ...pass }: Pick<ForwardPass, "parameters" | "tape">, name: string): Layer[] {
  const layers: Layer[] = [];
  for (let i = 0; parameters.has(`${name}.${i}.weight`); i++) {
    const at = (part: string) => pass.tape.parameter(parameters.tensor(`${name}.${i}.${part}`)).tensor;
    const kernel = at("weight");
    const weights = tf.reshape(kernel, kernel.shape.slice(2));
    layers.push({ weights, bias: parameters.has(`${name}.${i}.bias`) ? at("bias") : undefined });
  }
  return layers;
}

const times = (x: AnyTensor, { weights }: Layer, transposed = false) =>
  tf.matMul(tf.reshape(x, [-1, weights.shape[transposed ? 1 : 0]!]), weights, false, transposed);

/** F·J·d, and which rectifiers are open. */
function alongDirection(layers: readonly Layer[], features: AnyTensor, direction: AnyTensor) {
  const gates: (AnyTensor | undefined)[] = [];
  let [x, dx]: AnyTensor[] = [features, direction];
  for (const layer of layers) {
    [x, dx] = [times(x!, layer), times(dx!, layer)];
    if (layer.bias !== undefined) x = tf.relu(tf.add(x, layer.bias));
    const gate = layer.bias && tf.cast(tf.greater(x, 0), "float32");
    if (gate !== undefined) dx = tf.mul(dx, gate);
    gates.push(gate);
  }
  const classes = layers[0]!.weights.shape[1]!;
  const p = tf.softmax(tf.reshape(x!, [-1, classes]));
  const slope = tf.reshape(dx!, [-1, classes]);
  return { change: tf.mul(p, tf.sub(slope, tf.sum(tf.mul(p, slope), -1, true))), gates };
}

/** Jᵀ·v */
function back(layers: readonly Layer[], gates: readonly (AnyTensor | undefined)[], v: AnyTensor): AnyTensor {
  return layers.reduceRight((dy, layer, i) => {
    const wide = tf.reshape(dy, [-1, layer.weights.shape[1]!]);
    return times(gates[i] === undefined ? wide : tf.mul(wide, gates[i]), layer, true);
  }, v);
}

/** Each image's vector of length 1; one of zeros stays. The greatest element is divided by first: squares would vanish. */
function unitLength(x: AnyTensor): AnyTensor {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  const near = tf.div(x, tf.add(tf.max(tf.abs(x), axes, true), 1e-30));
  return tf.div(near, tf.add(tf.sqrt(tf.sum(tf.square(near), axes, true)), 1e-12));
}

/**
 * What to add to features.
 * @param name An auxiliary decoder
 * @param features `[N, h, w, C]`
 * @param start Where the power iteration begins, as `features`; of any length
 * @param radius Length ε of the result, over all features of an image
 * @returns As `features`, a constant; the caller disposes it
 */
export function adversarialShift(
  pass: ForwardPass,
  name: string,
  features: AnyTensor,
  start: AnyTensor,
  radius: number,
): AnyTensor {
  return tf.tidy(() => {
    const layers = layersOf(pass, name);
    const { change, gates } = alongDirection(layers, features, start);
    const gradient = tf.reshape(back(layers, gates, change), features.shape);
    return tf.mul(unitLength(gradient), radius);
  });
}
