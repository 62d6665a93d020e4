/**
 * What a network is made of. The same object describes it for training, in a checkpoint and in an export.
 */

/** ResNet depths that exist: 18 and 34 have basic blocks, the others bottlenecks (expansion 4). */
export type EncoderDepth = 18 | 34 | 50 | 101 | 152;

/** Numbers of stages that an encoder can have. */
export type EncoderStages = 2 | 3 | 4;

/** A ResNet whose last stages are dilated instead of strided. */
export interface ResnetOptions {
  /** Tells the families apart; a configuration without it is a ResNet's, as all of version 0.1 are. */
  readonly family?: "resnet";
  /** Number of layers. */
  readonly depth: EncoderDepth;
  /** `v1c`: three 3×3 convolutions (mmseg's ResNetV1c); `v1`: one 7×7 (torchvision's). */
  readonly stem: "v1c" | "v1";
  /** Channels after the stem, 64 in the full network; even for `v1c`. */
  readonly stemChannels: number;
  /** Channels of the first stage before expansion, 64 in the full network. */
  readonly baseChannels: number;
  /** Input size divided by feature size. */
  readonly outputStride: 8 | 16;
  /** mmseg's `contract_dilation`: the first block of a dilated stage has half of its dilation. */
  readonly contractDilation: boolean;
  /** How many of the four stages there are: a shorter encoder, for small devices or for weights that end there. Default 4. */
  readonly stages?: EncoderStages;
}

/** Sizes of EfficientNet-Lite that have published ImageNet weights here. */
export type EfficientNetLiteVariant = "lite0" | "lite1" | "lite2";

/**
 * An EfficientNet-Lite, made for edge devices: inverted bottlenecks with depthwise convolutions, ReLU6, no
 * squeeze-and-excite (TensorFlow's `efficientnet/lite`). Its last stages are dilated instead of strided below output
 * stride 32.
 */
export interface EfficientNetLiteOptions {
  /** Tells the families apart. */
  readonly family: "efficientnet-lite";
  /** The size. */
  readonly variant: EfficientNetLiteVariant;
  /** Input size divided by feature size. */
  readonly outputStride: 8 | 16 | 32;
  /** How many of the seven stages there are, 3 to 7: a shorter encoder, for small devices. Default 7. */
  readonly stages?: 3 | 4 | 5 | 6 | 7;
  /** Factor on the variant's channels, in (0, 1]; the stem keeps its 32. Published weights fit 1, the default. */
  readonly width?: number;
}

/** The shared encoder, of one of the families. */
export type EncoderOptions = ResnetOptions | EfficientNetLiteOptions;

/** The ASPP decoder head. */
export interface DecoderOptions {
  /** Channels of each branch and of the bottleneck; 512 in the official configuration. */
  readonly channels: number;
  /** Dilation of each branch; a 1 makes it a 1×1 convolution. Official: 1, 12, 24, 36. */
  readonly dilations: readonly number[];
  /** Probability of dropping a whole channel before the classifier, in [0, 1). Official: 0.1. */
  readonly dropout: number;
  /** Corner rule of every bilinear resize of the head. Official: false. */
  readonly alignCorners: boolean;
}

/** The mutual information transfer module, used in training only. */
export interface MitransOptions {
  /** Channels inside; the official width is that of the concatenated ASPP branches. */
  readonly channels: number;
  /** Batch norm in its convolutions. */
  readonly norm: boolean;
  /** Concatenates the input before the last convolution. */
  readonly concatInput: boolean;
  /** Max-pools keys and values by 2 before attention. */
  readonly subsample: boolean;
}

/**
 * How many auxiliary decoders there are for each way to perturb features (Ouali, Hudelot & Tami 2020, section 3.3), used in
 * training only. Each is a 1×1 convolution to the classes, then for each factor 2 of the output stride a 1×1 convolution,
 * a rectifier and a pixel shuffle.
 */
export interface AuxiliaryDecoders {
  /** Features moved in an adversarial direction. */
  readonly vat: number;
  /** Channels dropped. */
  readonly dropout: number;
  /** A box cut out of what each predicted class covers. */
  readonly cutOut: number;
  /** What is predicted as class 0, the background, is hidden. */
  readonly context: number;
  /** What is predicted as any other class is hidden. */
  readonly object: number;
  /** The most active positions left out. */
  readonly featureDrop: number;
  /** Features times random factors. */
  readonly noise: number;
}

/** Thresholds of pseudo labels that follow the run: running statistics beside the parameters, used in training only. */
export interface MovingThresholds {
  /** How they follow. */
  readonly rule: "adaptive" | "by-class";
  /** Where `adaptive` begins, in [0, 1); `by-class` begins at 1 / K. */
  readonly start: number;
}

/** A whole network. */
export interface ModelOptions {
  /** Number of classes, at least 2. */
  readonly classes: number;
  /** The shared encoder. */
  readonly encoder: EncoderOptions;
  /** The labeled decoder; the mix decoder has the same shape. */
  readonly decoder: DecoderOptions;
  /** The mix decoder (training only); false leaves it out, for `supervised` and for a loaded export. */
  readonly mixDecoder: boolean;
  /** MITrans (training only), or false. */
  readonly mitrans: MitransOptions | false;
  /** The image-level classifier on pooled encoder features (training only). */
  readonly classifier: boolean;
  /** Auxiliary decoders (training only); none where absent. */
  readonly auxiliary?: AuxiliaryDecoders;
  /** Thresholds of pseudo labels that follow the run (training only); none where absent. */
  readonly thresholds?: MovingThresholds;
}
