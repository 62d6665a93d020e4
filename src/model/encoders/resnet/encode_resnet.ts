import type { ResnetOptions } from "../../../config/model_options.ts";
import type { ConvolutionGeometry } from "../../../nn/convolution_geometry.ts";
import { maxPool } from "../../../nn/max_pool.ts";
import { addRelu } from "../../../nn/relu.ts";
import type { Value } from "../../../nn/tape.ts";
import { type BlockPlan, hasBottlenecks, planBlocks } from "./plan_blocks.ts";
import { POINTWISE } from "../pointwise.ts";
import type { ForwardPass } from "../../forward_pass.ts";

/** Name of the max pool behind a stem. */
const POOL = "backbone.maxpool";

function around(stride: number, dilation = 1): ConvolutionGeometry {
  return { stride, dilation, padding: dilation };
}

function stem(pass: ForwardPass, x: Value, options: ResnetOptions): Value {
  const { tape } = pass;
  return tape.segment([x], () => {
    if (options.stem === "v1") {
      const wide = { stride: 2, dilation: 1, padding: 3 };
      return maxPool(tape, pass.convolutionNorm("backbone.conv1", "backbone.bn1", x, wide), 3, 2, 1, POOL);
    }
    const first = pass.convolutionNorm("backbone.stem.0", "backbone.stem.1", x, around(2));
    const second = pass.convolutionNorm("backbone.stem.3", "backbone.stem.4", first, around(1));
    return maxPool(
      tape,
      pass.convolutionNorm("backbone.stem.6", "backbone.stem.7", second, around(1)),
      3,
      2,
      1,
      POOL,
    );
  });
}

/** Only the first convolution of a basic block is strided and dilated; of a bottleneck, the middle one. */
function residual(pass: ForwardPass, x: Value, block: BlockPlan, bottleneck: boolean): Value {
  const name = `backbone.${block.name}`;
  const step = (i: number, input: Value, geometry: ConvolutionGeometry) =>
    pass.convolutionNorm(`${name}.conv${i}`, `${name}.bn${i}`, input, geometry);
  const last = (i: number, input: Value, geometry: ConvolutionGeometry) =>
    pass.norm(`${name}.bn${i}`, pass.convolution(`${name}.conv${i}`, input, geometry), false);
  const spatial = around(block.stride, block.dilation);
  if (!bottleneck) return last(2, step(1, x, spatial), around(1));
  return last(3, step(2, step(1, x, POINTWISE), spatial), POINTWISE);
}

function runBlock(pass: ForwardPass, x: Value, block: BlockPlan, bottleneck: boolean): Value {
  return pass.tape.segment([x], () => {
    const inner = residual(pass, x, block, bottleneck);
    const name = `backbone.${block.name}`;
    if (!block.projection) return addRelu(pass.tape, inner, x, name);
    const projected = pass.convolution(`${name}.downsample.0`, x, {
      stride: block.stride,
      dilation: 1,
      padding: 0,
    });
    return addRelu(pass.tape, inner, pass.norm(`${name}.downsample.1`, projected, false), name);
  });
}

/**
 * A ResNet (He et al. 2016) with dilated last stages (mmseg's ResNetV1c, or the plain stem).
 * @param x `[N, H, W, 3]`, normalized
 * Stem and blocks are segments of the tape: where it recomputes, only what they begin with is kept.
 * @returns Output of the last stage, `[N, H/8, W/8, C]` (H/16 at output stride 16), rounded up; stages are observed as
 * `feat_layer1` … `feat_layer4`
 */
export function encodeResnet(pass: ForwardPass, x: Value, options: ResnetOptions): Value {
  const bottleneck = hasBottlenecks(options.depth);
  return pass.tape.scope(() => {
    let map = stem(pass, x, options);
    planBlocks(options).forEach((blocks, stage) => {
      const input = map;
      map = pass.tape.scope(() =>
        blocks.reduce((value, block) => runBlock(pass, value, block, bottleneck), input)
      );
      pass.tape.observe(`feat_layer${stage + 1}`, map);
    });
    return map;
  });
}
