/** Mean and standard deviation of each RGB channel, of pixels 0..255: `(x − mean) / std`. */
export interface Normalization {
  /** Red, green, blue, 0..255. */
  readonly mean: readonly [number, number, number];
  /** Red, green, blue, above 0. */
  readonly std: readonly [number, number, number];
}

/** The numbers of ImageNet, as every configuration of the official code has them. */
export const IMAGENET_NORMALIZATION: Normalization = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};
