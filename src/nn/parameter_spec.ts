/** What a network's parameters are, before they have values. */

/** What a parameter is: how it lies in files and whether training changes it. */
export type ParameterKind =
  /** Inside `[k, k, C, O]`, in files `[O, C, k, k]`. */
  | "convolution"
  /** Inside `[k, k, C, 1]`, in files `[C, 1, k, k]`. */
  | "depthwise"
  /** Inside `[I, O]`, in files `[O, I]`. */
  | "linear"
  /** `[C]`, trained. */
  | "vector"
  /** `[C]`, a running statistic; not trained by gradients. */
  | "statistic"
  /** A count of batches; int64 in files, a number inside. */
  | "counter";

/**
 * Start values. `normal`: of that standard deviation. `kaiming`: normal of √(2 / (O·k·k)), mmcv's default; O is 1 for a
 * depthwise kernel, as in TensorFlow's EfficientNet. `icnr`: normal of √(2 / C), the same for the four places of a pixel
 * shuffle by 2, so that a map begins without checkerboard (Aitken et al. 2017).
 */
export type Initial = number | { readonly normal: number } | "kaiming" | "icnr";

/** A parameter before it has a value. */
export interface ParameterSpec {
  /** Name in the official state_dict. */
  readonly name: string;
  /** What it is. */
  readonly kind: ParameterKind;
  /** Shape inside. */
  readonly shape: readonly number[];
  /** How it starts. */
  readonly initial: Initial;
}

/** Shape of a parameter in files. */
export function fileShape(spec: ParameterSpec): number[] {
  const shape = [...spec.shape];
  if (spec.kind === "convolution") return [shape[3]!, shape[2]!, shape[0]!, shape[1]!];
  if (spec.kind === "depthwise") return [shape[2]!, shape[3]!, shape[0]!, shape[1]!];
  return spec.kind === "linear" ? shape.reverse() : shape;
}
