import type { EfficientNetLiteOptions } from "../../../config/model_options.ts";
import type { ParameterSpec } from "../../../nn/parameter_spec.ts";
import { convolutionSpec, depthwiseSpec, normSpecs } from "../../layer_specs.ts";
import { LITE_STEM_CHANNELS, type LiteBlock, planLite } from "./plan_lite.ts";

function blockSpecs(block: LiteBlock): ParameterSpec[] {
  const name = `backbone.${block.name}`;
  const { inputs, expanded, outputs, kernel } = block;
  return [
    ...(expanded === inputs ? [] : [
      convolutionSpec(`${name}._expand_conv`, 1, inputs, expanded),
      ...normSpecs(`${name}._bn0`, expanded),
    ]),
    depthwiseSpec(`${name}._depthwise_conv`, kernel, expanded),
    ...normSpecs(`${name}._bn1`, expanded),
    convolutionSpec(`${name}._project_conv`, 1, expanded, outputs),
    ...normSpecs(`${name}._bn2`, outputs),
  ];
}

/**
 * Parameters of an EfficientNet-Lite, by the names of PyTorch's port (package `efficientnet-lite-pytorch`) behind
 * `backbone.`. The 1×1 convolution before its ImageNet classifier is left out: segmentation reads the last stage.
 */
export function liteSpecs(options: EfficientNetLiteOptions): ParameterSpec[] {
  return [
    convolutionSpec("backbone._conv_stem", 3, 3, LITE_STEM_CHANNELS),
    ...normSpecs("backbone._bn0", LITE_STEM_CHANNELS),
    ...planLite(options).flat().flatMap(blockSpecs),
  ];
}
