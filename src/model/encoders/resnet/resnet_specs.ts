import type { ResnetOptions } from "../../../config/model_options.ts";
import type { ParameterSpec } from "../../../nn/parameter_spec.ts";
import { convolutionSpec, normSpecs } from "../../layer_specs.ts";
import { type BlockPlan, hasBottlenecks, planBlocks } from "./plan_blocks.ts";

/** Stem names: V1c's three convolutions stand in a sequence, V1's one does not. */
function stemSpecs({ stem, stemChannels: channels }: ResnetOptions): ParameterSpec[] {
  if (stem === "v1") {
    return [convolutionSpec("backbone.conv1", 7, 3, channels), ...normSpecs("backbone.bn1", channels)];
  }
  const half = channels / 2;
  return [
    convolutionSpec("backbone.stem.0", 3, 3, half),
    ...normSpecs("backbone.stem.1", half),
    convolutionSpec("backbone.stem.3", 3, half, half),
    ...normSpecs("backbone.stem.4", half),
    convolutionSpec("backbone.stem.6", 3, half, channels),
    ...normSpecs("backbone.stem.7", channels),
  ];
}

/** The last norm of a block starts at 0, as mmseg's `zero_init_residual`. */
function blockSpecs(block: BlockPlan, bottleneck: boolean): ParameterSpec[] {
  const name = `backbone.${block.name}`;
  const { inputs, width, outputs } = block;
  const projection = block.projection
    ? [
      convolutionSpec(`${name}.downsample.0`, 1, inputs, outputs),
      ...normSpecs(`${name}.downsample.1`, outputs),
    ]
    : [];
  const inside = bottleneck
    ? [
      convolutionSpec(`${name}.conv1`, 1, inputs, width),
      ...normSpecs(`${name}.bn1`, width),
      convolutionSpec(`${name}.conv2`, 3, width, width),
      ...normSpecs(`${name}.bn2`, width),
      convolutionSpec(`${name}.conv3`, 1, width, outputs),
      ...normSpecs(`${name}.bn3`, outputs, 0),
    ]
    : [
      convolutionSpec(`${name}.conv1`, 3, inputs, width),
      ...normSpecs(`${name}.bn1`, width),
      convolutionSpec(`${name}.conv2`, 3, width, width),
      ...normSpecs(`${name}.bn2`, width, 0),
    ];
  return [...inside, ...projection];
}

/** Parameters of a ResNet, `backbone.*`. */
export function resnetSpecs(options: ResnetOptions): ParameterSpec[] {
  const bottleneck = hasBottlenecks(options.depth);
  return [
    ...stemSpecs(options),
    ...planBlocks(options).flat().flatMap((block) => blockSpecs(block, bottleneck)),
  ];
}
