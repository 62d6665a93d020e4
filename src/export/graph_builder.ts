import { firstAndMore } from "../core/first_and_more.ts";
import { CheckpointMismatch } from "../core/errors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import type { Rectifier } from "../nn/relu.ts";
import type { GraphNode, GraphWeight, PlainNode } from "./graph.ts";

/** PyTorch's default epsilon of batch norm; the official configurations keep it. */
const BATCH_NORM_EPSILON = 1e-5;

/** The numbers of a convolution. */
export interface ConvSpec {
  /** Channels of the input. */
  readonly inChannels: number;
  /** Channels of the output. */
  readonly outChannels: number;
  /** Side of the window, odd, in pixels. */
  readonly kernel: number;
  /** 1 where left out. */
  readonly stride?: number;
  /** 1 where left out; padding is such that stride 1 keeps the size. */
  readonly dilation?: number;
  /** A kernel of its own for each channel; `inChannels` and `outChannels` are equal. */
  readonly depthwise?: boolean;
  /** TensorFlow's SAME padding, with the picture's size divided by the input's; symmetric where left out. */
  readonly sameAt?: number;
  /** Added to the variance of the norm; PyTorch's 1e-5 where left out. */
  readonly epsilon?: number;
}

/** How batch norm is written and where tensors come from. */
export interface GraphBuilderOptions {
  /** By state_dict name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Folds batch norm into the convolution before it, in float64. */
  readonly fold: boolean;
}

/**
 * Collects nodes, taking weights from a state_dict by name. Missing and misshapen tensors are collected; `finish`
 * throws once for all of them.
 */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #problems: string[] = [];
  readonly #requested = new Map<string, readonly number[]>();
  readonly #options: GraphBuilderOptions;

  /** A builder without nodes. */
  constructor(options: GraphBuilderOptions) {
    this.#options = options;
  }

  /** Name and shape of every tensor that was asked for so far. */
  get requested(): ReadonlyMap<string, readonly number[]> {
    return this.#requested;
  }

  /** Adds a node and returns the name of its value. */
  add(node: GraphNode): string {
    this.#nodes.push(node);
    return node.name;
  }

  /** Adds an operation without numbers of its own. */
  plain(op: PlainNode["op"], name: string, inputs: readonly string[], channels: number): string {
    return this.add({ op, name, inputs, channels });
  }

  /** Convolution `conv`, batch norm `norm`, and its rectifier. Returns the name of the last value. */
  convNorm(input: string, conv: string, norm: string, spec: ConvSpec, rectifier: Rectifier): string {
    const output = this.#options.fold
      ? this.#foldedConv(input, conv, norm, spec)
      : this.#batchNorm(this.#conv(input, conv, spec, this.#weight(conv, spec)), norm, spec);
    if (rectifier === false) return output;
    return this.plain(rectifier === true ? "relu" : rectifier, `${output}.relu`, [output], spec.outChannels);
  }

  /** Convolution with a bias of its own and no norm. */
  convBias(input: string, conv: string, spec: ConvSpec): string {
    const bias = this.#vector(`${conv}.bias`, spec.outChannels);
    return this.#conv(input, conv, spec, this.#weight(conv, spec), bias);
  }

  /**
   * The nodes.
   * @throws {CheckpointMismatch} If tensors were missing or of another shape: the first ten and the count
   */
  finish(): GraphNode[] {
    const count = this.#problems.length;
    if (count === 0) return this.#nodes;
    throw new CheckpointMismatch(
      `Cannot build the inference graph: ${count} ${count === 1 ? "tensor does" : "tensors do"} not fit: ${
        firstAndMore(this.#problems, 10, String, "; ")
      }, expected the names and shapes of the model options`,
    );
  }

  #conv(input: string, name: string, spec: ConvSpec, weight: GraphWeight, bias?: GraphWeight): string {
    const { stride = 1, dilation = 1, kernel, sameAt, depthwise } = spec;
    // at stride 1 SAME is symmetric
    const isSame = sameAt !== undefined && stride > 1;
    const padding = isSame ? "same" as const : (kernel - 1) / 2 * dilation;
    const base = { op: "conv", name, inputs: [input], channels: spec.outChannels, weight } as const;
    const groups = depthwise ? spec.outChannels : 1;
    const place = isSame ? { inputStride: sameAt } : {};
    return this.add({ ...base, ...(bias && { bias }), stride, dilation, padding, ...place, groups });
  }

  /** `w·γ/√(v + ε)` and `β − m·γ/√(v + ε)`, rounded to float32 once. */
  #foldedConv(input: string, conv: string, norm: string, spec: ConvSpec): string {
    const { scale, shift, mean, variance } = this.#normVectors(norm, spec.outChannels);
    const weight = this.#weight(conv, spec);
    const size = weight.data.length / spec.outChannels;
    const factors = Array.from(scale.data, (gamma, c) => {
      return gamma / Math.sqrt(variance.data[c]! + (spec.epsilon ?? BATCH_NORM_EPSILON));
    });
    const folded = weight.data.map((w, i) => w * factors[Math.floor(i / size)]!);
    const bias = shift.data.map((beta, c) => beta - mean.data[c]! * factors[c]!);
    return this.#conv(input, conv, spec, { ...weight, data: folded }, {
      name: `${conv}.bias`,
      shape: [spec.outChannels],
      data: bias,
    });
  }

  #batchNorm(input: string, norm: string, { outChannels: channels, epsilon }: ConvSpec): string {
    const vectors = this.#normVectors(norm, channels);
    return this.add({
      op: "batchNorm",
      name: norm,
      inputs: [input],
      channels,
      ...vectors,
      epsilon: epsilon ?? BATCH_NORM_EPSILON,
    });
  }

  #normVectors(norm: string, channels: number): Record<"scale" | "shift" | "mean" | "variance", GraphWeight> {
    return {
      scale: this.#vector(`${norm}.weight`, channels),
      shift: this.#vector(`${norm}.bias`, channels),
      mean: this.#vector(`${norm}.running_mean`, channels),
      variance: this.#vector(`${norm}.running_var`, channels),
    };
  }

  #weight(conv: string, spec: ConvSpec): GraphWeight {
    const inputs = spec.depthwise ? 1 : spec.inChannels;
    return this.#tensor(`${conv}.weight`, [spec.outChannels, inputs, spec.kernel, spec.kernel]);
  }

  #vector(name: string, channels: number): GraphWeight {
    return this.#tensor(name, [channels]);
  }

  #tensor(name: string, shape: readonly number[]): GraphWeight {
    const stored = this.#options.tensors.get(name);
    this.#requested.set(name, shape);
    if (stored === undefined) {
      this.#problems.push(`"${name}" is missing`);
    } else if (stored.shape.join() !== shape.join()) {
      this.#problems.push(`"${name}" has [${stored.shape.join(", ")}], the model [${shape.join(", ")}]`);
    } else {
      const { data } = stored;
      return { name, shape, data: data instanceof Float32Array ? data : Float32Array.from(data, Number) };
    }
    return { name, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
  }
}
