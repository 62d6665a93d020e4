import type { EfficientNetLiteOptions, EfficientNetLiteVariant } from "../../../config/model_options.ts";

/** An inverted bottleneck: 1×1 expansion, depthwise convolution, 1×1 projection. */
export interface LiteBlock {
  /** `_blocks.3` */
  readonly name: string;
  readonly inputs: number;
  /** Channels after the expansion; there is none where they are the inputs. */
  readonly expanded: number;
  readonly outputs: number;
  /** Side of the depthwise kernel. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** The input is added to the output. */
  readonly residual: boolean;
}

/** Channels after the stem, of every variant. */
export const LITE_STEM_CHANNELS = 32;

interface Stage {
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly expansion: number;
  readonly outputs: number;
  readonly repeats: number;
}

/** Tan and Le 2019, table 1 (EfficientNet-B0), which Lite0 shares. */
const STAGES: readonly Stage[] = [
  { kernel: 3, stride: 1, expansion: 1, outputs: 16, repeats: 1 },
  { kernel: 3, stride: 2, expansion: 6, outputs: 24, repeats: 2 },
  { kernel: 5, stride: 2, expansion: 6, outputs: 40, repeats: 2 },
  { kernel: 3, stride: 2, expansion: 6, outputs: 80, repeats: 3 },
  { kernel: 5, stride: 1, expansion: 6, outputs: 112, repeats: 3 },
  { kernel: 5, stride: 2, expansion: 6, outputs: 192, repeats: 4 },
  { kernel: 3, stride: 1, expansion: 6, outputs: 320, repeats: 1 },
];

/** Factors on channels and on repeats (TensorFlow's `efficientnet/lite/efficientnet_lite_builder.py`). */
const VARIANTS: Readonly<Record<EfficientNetLiteVariant, { width: number; depth: number }>> = {
  lite0: { width: 1, depth: 1 },
  lite1: { width: 1, depth: 1.1 },
  lite2: { width: 1.1, depth: 1.2 },
};

/** A multiple of 8 near `channels · width`, at least 8 and not more than a tenth below. */
export function roundChannels(channels: number, width: number): number {
  const scaled = channels * width;
  const rounded = Math.max(8, Math.floor((scaled + 4) / 8) * 8);
  return rounded < 0.9 * scaled ? rounded + 8 : rounded;
}

/** The first and the last stage of Lite are not repeated more often. */
function repeatsOf(stage: number, depth: number): number {
  const { repeats } = STAGES[stage]!;
  return stage === 0 || stage === STAGES.length - 1 ? repeats : Math.ceil(depth * repeats);
}

function check(options: EfficientNetLiteOptions): void {
  const { variant, outputStride, width = 1 } = options;
  const stages: number = options.stages ?? STAGES.length;
  const fine = variant in VARIANTS && [8, 16, 32].includes(outputStride) && width > 0 && width <= 1 &&
    Number.isInteger(stages) && stages >= 3 && stages <= STAGES.length;
  if (fine) return;
  throw new RangeError(
    `Cannot plan an EfficientNet-Lite: variant "${variant}", output stride ${outputStride}, ${stages} stages, width ` +
      `${width}, expected variant ${
        Object.keys(VARIANTS).join(", ")
      }, output stride 8, 16 or 32, 3 to 7 stages and ` +
      "a width in (0, 1]",
  );
}

/**
 * The blocks of each stage. Where a stage's stride would go beyond the output stride its first block keeps stride 1 and
 * the dilation before it, and what follows is dilated twice as much: the first block's taps stay where the weights have
 * seen them.
 * @throws {RangeError} If the options name no such encoder
 */
export function planLite(options: EfficientNetLiteOptions): LiteBlock[][] {
  check(options);
  const { width, depth } = VARIANTS[options.variant];
  const factor = width * (options.width ?? 1);
  let [inputs, reached, dilation, index] = [LITE_STEM_CHANNELS, 2, 1, 0];
  return STAGES.slice(0, options.stages).map((stage, i) => {
    const outputs = roundChannels(stage.outputs, factor);
    const strided = reached * stage.stride <= options.outputStride;
    const before = dilation;
    if (strided) reached *= stage.stride;
    else dilation *= stage.stride;
    return Array.from({ length: repeatsOf(i, depth) }, (_, repeat): LiteBlock => {
      const first = repeat === 0;
      const block = {
        name: `_blocks.${index++}`,
        inputs,
        expanded: inputs * stage.expansion,
        outputs,
        kernel: stage.kernel,
        stride: first && strided ? stage.stride : 1,
        dilation: first ? before : dilation,
        // a first block has none, also where its channels stay the same, as in PyTorch's port
        residual: !first,
      };
      inputs = outputs;
      return block;
    });
  });
}
