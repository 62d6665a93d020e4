/** Parameters of single layers, by their names in a state_dict. */
import type { Initial, ParameterSpec } from "../nn/parameter_spec.ts";

/** Start value of a norm's scale. */
type Scale = 0 | 1;

/** The weights of a convolution, `<name>.weight`. */
export function convolutionSpec(
  name: string,
  kernel: number,
  inputs: number,
  outputs: number,
  initial: Initial = "kaiming",
): ParameterSpec {
  return { name: `${name}.weight`, kind: "convolution", shape: [kernel, kernel, inputs, outputs], initial };
}

/** A vector of one start value. */
export function vector(name: string, length: number, initial: Initial): ParameterSpec {
  return { name, kind: "vector", shape: [length], initial };
}

/** Scale, shift and running statistics of a batch norm. */
export function normSpecs(name: string, channels: number, scale: Scale = 1): ParameterSpec[] {
  return [
    vector(`${name}.weight`, channels, scale),
    vector(`${name}.bias`, channels, 0),
    { name: `${name}.running_mean`, kind: "statistic", shape: [channels], initial: 0 },
    { name: `${name}.running_var`, kind: "statistic", shape: [channels], initial: 1 },
    { name: `${name}.num_batches_tracked`, kind: "counter", shape: [], initial: 0 },
  ];
}

/** The weights of a depthwise convolution, `<name>.weight`. */
export function depthwiseSpec(name: string, kernel: number, channels: number): ParameterSpec {
  return {
    name: `${name}.weight`,
    kind: "depthwise",
    shape: [kernel, kernel, channels, 1],
    initial: "kaiming",
  };
}
