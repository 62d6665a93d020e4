import type { EfficientNetLiteOptions } from "../../../config/model_options.ts";
import { linearCombination } from "../../../nn/arithmetic.ts";
import type { Value } from "../../../nn/tape.ts";
import type { ForwardPass } from "../../forward_pass.ts";
import { POINTWISE } from "../pointwise.ts";
import { type LiteBlock, planLite } from "./plan_lite.ts";

/** Added to the variance in every norm of the family. */
export const LITE_EPSILON = 1e-3;

/** TensorFlow's momentum is 0.99. */
const NORM = { epsilon: LITE_EPSILON, share: 0.01 } as const;

function stem(pass: ForwardPass, x: Value): Value {
  return pass.tape.segment([x], () => {
    const map = pass.sameConvolution("backbone._conv_stem", x, { stride: 2, dilation: 1 });
    return pass.norm("backbone._bn0", map, "relu6", NORM);
  });
}

/** Expansion, depthwise convolution, projection; the projection ends without a rectifier. */
function inner(pass: ForwardPass, x: Value, block: LiteBlock): Value {
  const name = `backbone.${block.name}`;
  const wide = block.expanded === block.inputs ? x : pass.tape.scope(() => {
    const map = pass.convolution(`${name}._expand_conv`, x, POINTWISE);
    return pass.norm(`${name}._bn0`, map, "relu6", NORM);
  });
  const seen = pass.tape.scope(() => {
    const map = pass.depthwise(`${name}._depthwise_conv`, wide, block);
    return pass.norm(`${name}._bn1`, map, "relu6", NORM);
  });
  return pass.norm(`${name}._bn2`, pass.convolution(`${name}._project_conv`, seen, POINTWISE), false, NORM);
}

function runBlock(pass: ForwardPass, x: Value, block: LiteBlock): Value {
  return pass.tape.segment([x], () => {
    const map = inner(pass, x, block);
    return block.residual ? linearCombination(pass.tape, [[1, map], [1, x]]) : map;
  });
}

/**
 * An EfficientNet-Lite (Tan and Le 2019 without squeeze-and-excite, with ReLU6; TensorFlow's `efficientnet/lite`) up to
 * its last stage. Stochastic depth, which its ImageNet training has, is left out.
 * @param x `[N, H, W, 3]`, normalized by mean 127 and scale 128
 * @returns As `encode`; stages are observed as `feat_layer1` … `feat_layer7`
 */
export function encodeLite(pass: ForwardPass, x: Value, options: EfficientNetLiteOptions): Value {
  return pass.tape.scope(() => {
    let map = stem(pass, x);
    planLite(options).forEach((blocks, stage) => {
      const input = map;
      map = pass.tape.scope(() => blocks.reduce((value, block) => runBlock(pass, value, block), input));
      pass.tape.observe(`feat_layer${stage + 1}`, map);
    });
    return map;
  });
}
