import type { MitransOptions } from "../config/model_options.ts";
import { concatenate, linearCombination, reshape } from "../nn/arithmetic.ts";
import { attention, ATTENTION_CHUNK } from "../nn/attention.ts";
import { portableBatchNorm } from "../nn/batch_norm_portable.ts";
import { maxPool } from "../nn/max_pool.ts";
import type { Value } from "../nn/tape.ts";
import { POINTWISE } from "./encoder.ts";
import type { ForwardPass } from "./forward_pass.ts";

const AROUND = { stride: 1, dilation: 1, padding: 1 };

function positions(pass: ForwardPass, x: Value): Value {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return reshape(pass.tape, x, [n, h * w, c]);
}

/** x + conv_out(attention(θ(x), φ(x), g(x))), scaled by 1/√(C/2): mmcv's NonLocal2d, embedded Gaussian. */
function nonLocal(pass: ForwardPass, x: Value, options: MitransOptions, chunk: number): Value {
  const { tape } = pass;
  const [n, h, w] = x.shape as [number, number, number];
  return tape.scope(() => {
    const embed = (part: string) => pass.convolution(`mitrans.nl_block.${part}.conv`, x, POINTWISE);
    const kept = (map: Value) => (options.subsample ? maxPool(tape, map, 2, 2, 0) : map);
    const query = positions(pass, embed("theta"));
    const key = positions(pass, kept(embed("phi")));
    const value = positions(pass, kept(embed("g")));
    const half = query.shape[2]!;
    const seen = attention(tape, query, key, value, 1 / Math.sqrt(half), chunk);
    const map = reshape(tape, seen, [n, h, w, half]);
    // attention is an average: its maps hardly vary around their mean, whose rounding in the fused kernels would be
    // up to 1e-4 of the gradient behind this norm
    const out = pass.module("mitrans.nl_block.conv_out", map, POINTWISE, false, portableBatchNorm);
    return linearCombination(tape, [[1, x], [1, out]]);
  });
}

/**
 * MITrans, the mutual information transfer module (section 3.2; mmseg/models/necks/mitrans.py): 3×3 convolution,
 * non-local block, 3×3 convolution, then 3×3 convolution over the concatenation with the input. Training only.
 * @param x Mixed branches `[N, h, w, C]`
 * @param chunk Most attention weights held at once, see `attention`
 * @returns `[N, h, w, options.channels]`; `mitrans_nl_in`, `mitrans_nl_out` and `mitrans_out` are observed
 */
export function mitrans(
  pass: ForwardPass,
  x: Value,
  options: MitransOptions,
  chunk: number = ATTENTION_CHUNK,
): Value {
  const { tape } = pass;
  return tape.scope(() => {
    const first = tape.observe("mitrans_nl_in", pass.module("mitrans.convs.0", x, AROUND));
    const mutual = tape.observe("mitrans_nl_out", nonLocal(pass, first, options, chunk));
    const second = pass.module("mitrans.convs.1", mutual, AROUND);
    const out = options.concatInput
      ? pass.module("mitrans.conv_cat", concatenate(tape, [x, second], 3), AROUND)
      : second;
    return tape.observe("mitrans_out", out);
  });
}
