/** Networks for export tests: the reference cases, and small ones with drawn weights. */
import { readFileSync } from "node:fs";
import type { EfficientNetLiteOptions, ModelOptions, ResnetOptions } from "../../src/config/model_options.ts";
import { randomStream } from "../../src/core/random.ts";
import { inferenceTensorShapes } from "../../src/export/build_graph.ts";
import { IMAGENET_NORMALIZATION } from "../../src/export/normalization.ts";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { sharedPath } from "../support.ts";

/** The reference cases: ResNet-18 with MITrans, ResNet-18 and ResNet-50 without. */
export const REFERENCE_CASES = ["focal-mitrans", "focal-plain", "own-mse-plain-b3"] as const;

/** A network with an input and the logits that the official code gives for it. */
export interface ReferenceModel {
  readonly model: ModelOptions;
  readonly tensors: Map<string, StoredTensor>;
  /** RGB 0..255, `[1, 3, 65, 65]` */
  readonly image: Float32Array;
  /** `[1, K, 65, 65]` */
  readonly logits: Float32Array;
}

interface OfficialConfig {
  readonly backbone: { depth: ResnetOptions["depth"]; base_channels: number; stem_channels: number };
  readonly decode_head: { channels: number; dilations: number[]; num_classes: number };
}

/** Reads a case of the reference folder, which must be there. */
export function referenceModel(name: string): ReferenceModel {
  const path = sharedPath(`reference/seed1234/train-${name}.safetensors`)!;
  const { tensors, metadata } = decodeSafetensors(readFileSync(path));
  const { cfg } = JSON.parse(metadata["json"]!).info as { cfg: OfficialConfig };
  const pixels = 65 * 65;
  const normalized = tensors.get("in/unsup_img")!.data.subarray(0, 3 * pixels) as Float32Array;
  const { mean, std } = IMAGENET_NORMALIZATION;
  return {
    model: modelOptions(cfg),
    tensors: new Map(
      [...tensors].filter(([key]) => key.startsWith("state3/")).map(([key, value]) => [key.slice(7), value]),
    ),
    image: normalized.map((x, i) => x * std[Math.floor(i / pixels)]! + mean[Math.floor(i / pixels)]!),
    logits: tensors.get("eval/logits")!.data as Float32Array,
  };
}

function modelOptions({ backbone, decode_head: head }: OfficialConfig): ModelOptions {
  return {
    classes: head.num_classes,
    encoder: {
      depth: backbone.depth,
      stem: "v1c",
      stemChannels: backbone.stem_channels,
      baseChannels: backbone.base_channels,
      outputStride: 8,
      contractDilation: true,
    },
    decoder: { channels: head.channels, dilations: head.dilations, dropout: 0, alignCorners: false },
    mixDecoder: true,
    mitrans: false,
    classifier: false,
  };
}

/** A small network of 5 classes: a ResNet-18, parts of which can be changed, or an EfficientNet-Lite. */
export function smallModel(encoder: Partial<ResnetOptions> | EfficientNetLiteOptions = {}): ModelOptions {
  const base: ResnetOptions = {
    depth: 18,
    stem: "v1c",
    stemChannels: 8,
    baseChannels: 8,
    outputStride: 8,
    contractDilation: true,
  };
  return {
    classes: 5,
    encoder: encoder.family === "efficientnet-lite" ? encoder : { ...base, ...encoder },
    decoder: { channels: 8, dilations: [1, 3, 6], dropout: 0, alignCorners: false },
    mixDecoder: false,
    mitrans: false,
    classifier: false,
  };
}

/** Weights for every tensor of the inference network, drawn with He's variance; norms near the identity. */
export function drawnTensors(model: ModelOptions, seed = 1): Map<string, StoredTensor> {
  const stream = randomStream(seed, "export test");
  const draw = (name: string, fanIn: number) => {
    if (name.endsWith("running_var")) return 0.5 + stream.uniform();
    if (fanIn > 1) return stream.normal() * Math.sqrt(2 / fanIn);
    return name.endsWith(".weight") ? 0.75 + 0.5 * stream.uniform() : 0.2 * stream.normal();
  };
  return new Map([...inferenceTensorShapes(model)].map(([name, shape]) => {
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: fanIn * shape[0]! }, () => draw(name, fanIn));
    return [name, { dtype: "float32", shape, data }];
  }));
}

/** A drawn picture, RGB 0..255 in whole steps, `[1, 3, height, width]`: smooth waves with noise. */
export function drawnImage(height: number, width: number, seed = 1): Float32Array {
  const stream = randomStream(seed, "export test image");
  return Float32Array.from({ length: 3 * height * width }, (_, i) => {
    const wave = Math.sin(Math.floor(i / width) % height / 9) + Math.cos((i % width) / 7);
    return Math.round(127 + 40 * wave + 40 * stream.uniform());
  });
}

/** An EfficientNet-Lite0 of a quarter of the channels. */
export function smallLite(outputStride: 8 | 16 | 32 = 16): EfficientNetLiteOptions {
  return { family: "efficientnet-lite", variant: "lite0", outputStride, width: 0.25 };
}
