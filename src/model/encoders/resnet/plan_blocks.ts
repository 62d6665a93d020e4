import type { EncoderDepth, ResnetOptions } from "../../../config/model_options.ts";

/** A residual block: names, channels, strides and dilations. */
export interface BlockPlan {
  /** `layer2.0` */
  readonly name: string;
  readonly inputs: number;
  /** Channels inside; the output has `width · expansion`. */
  readonly width: number;
  readonly outputs: number;
  readonly stride: number;
  readonly dilation: number;
  /** A 1×1 convolution with norm beside the block, where shape changes. */
  readonly projection: boolean;
}

interface Architecture {
  readonly bottleneck: boolean;
  readonly blocks: readonly [number, number, number, number];
}

/** He et al. 2016, table 1. */
const ARCHITECTURES: Readonly<Record<EncoderDepth, Architecture>> = {
  18: { bottleneck: false, blocks: [2, 2, 2, 2] },
  34: { bottleneck: false, blocks: [3, 4, 6, 3] },
  50: { bottleneck: true, blocks: [3, 4, 6, 3] },
  101: { bottleneck: true, blocks: [3, 4, 23, 3] },
  152: { bottleneck: true, blocks: [3, 8, 36, 3] },
};

/** Stride and dilation of each stage. The stem and its pooling have stride 4 together. */
const STAGES = {
  8: { strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4] },
  16: { strides: [1, 2, 2, 1], dilations: [1, 1, 1, 2] },
} as const;

/** Whether a depth has bottleneck blocks (1×1, 3×3, 1×1) instead of basic ones (3×3, 3×3). */
export function hasBottlenecks(depth: EncoderDepth): boolean {
  return ARCHITECTURES[depth].bottleneck;
}

/**
 * The blocks of each stage, as mmseg's ResNet with `strides` and `dilations` of the official configuration.
 * With `contractDilation` the first block of a dilated stage has half of the stage's dilation.
 * @throws {RangeError} If the depth or the output stride is unknown
 */
export function planBlocks(options: ResnetOptions): BlockPlan[][] {
  const architecture = ARCHITECTURES[options.depth];
  const stages = STAGES[options.outputStride];
  if (architecture === undefined || stages === undefined) {
    throw new RangeError(
      `Cannot plan an encoder: depth ${options.depth}, output stride ${options.outputStride}, ` +
        `expected a depth of ${Object.keys(ARCHITECTURES).join(", ")} and an output stride of 8 or 16`,
    );
  }
  const expansion = architecture.bottleneck ? 4 : 1;
  let inputs = options.stemChannels;
  return architecture.blocks.slice(0, options.stages).map((count, stage) => {
    const width = options.baseChannels * 2 ** stage;
    return Array.from({ length: count }, (_, i) => {
      const first = i === 0;
      const dilation = stages.dilations[stage]!;
      const contracted = first && dilation > 1 && options.contractDilation;
      const stride = first ? stages.strides[stage]! : 1;
      const outputs = width * expansion;
      const block = {
        name: `layer${stage + 1}.${i}`,
        inputs,
        width,
        outputs,
        stride,
        dilation: contracted ? dilation / 2 : dilation,
        projection: first && (stride !== 1 || inputs !== outputs),
      };
      inputs = outputs;
      return block;
    });
  });
}
