import type { EncoderDepth, ModelOptions } from "../config/model_options.ts";
import type { PolySchedule } from "../train/schedule.ts";
import type { SgdOptions } from "../train/sgd.ts";
import type { Info } from "./reference_folder.ts";

function table(info: Info, name: string): Record<string, unknown> {
  const value = info[name];
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new Error(`the case's info has no "${name}", expected a table`);
}

function demand(fine: boolean, what: string, value: unknown, rule: string): void {
  if (!fine) throw new Error(`the case's ${what} is ${JSON.stringify(value)}, expected ${rule}`);
}

const STRIDES: Readonly<Record<string, 8 | 16>> = { "1,2,1,1": 8, "1,2,2,1": 16 };
const DILATIONS: Readonly<Record<8 | 16, string>> = { 8: "1,1,2,4", 16: "1,1,1,2" };

function encoder(backbone: Record<string, unknown>): ModelOptions["encoder"] {
  const outputStride = STRIDES[`${backbone.strides}`];
  demand(outputStride !== undefined, "strides", backbone.strides, "1, 2, 1, 1 or 1, 2, 2, 1");
  demand(
    `${backbone.dilations}` === DILATIONS[outputStride!],
    "dilations",
    backbone.dilations,
    "the usual ones",
  );
  demand(
    ["ResNetV1c", "ResNet"].includes(`${backbone.type}`),
    "backbone",
    backbone.type,
    "ResNetV1c or ResNet",
  );
  return {
    depth: backbone.depth as EncoderDepth,
    stem: backbone.type === "ResNetV1c" ? "v1c" : "v1",
    stemChannels: (backbone.stem_channels as number | undefined) ?? 64,
    baseChannels: (backbone.base_channels as number | undefined) ?? 64,
    outputStride: outputStride!,
    contractDilation: backbone.contract_dilation === true,
  };
}

function mitransOptions(value: unknown): ModelOptions["mitrans"] {
  if (value === null || value === undefined) return false;
  const { channels, norm_cfg: norm, concat_input: concat } = value as Record<string, unknown>;
  return {
    channels: channels as number,
    norm: norm !== null && norm !== undefined,
    concatInput: concat !== false,
    subsample: false,
  };
}

/** The network of a training case, from the official configuration in its info. */
export function modelOptions(info: Info): ModelOptions {
  const cfg = table(info, "cfg");
  const head = table(cfg, "decode_head");
  demand(
    head.dropout_ratio === 0,
    "dropout_ratio",
    head.dropout_ratio,
    "0: torch's draws cannot be repeated",
  );
  return {
    classes: head.num_classes as number,
    encoder: encoder(table(cfg, "backbone")),
    decoder: {
      channels: head.channels as number,
      dilations: head.dilations as number[],
      dropout: 0,
      alignCorners: head.align_corners === true,
    },
    mixDecoder: true,
    mitrans: mitransOptions(cfg.mitrans),
    classifier: cfg.classifier === true,
  };
}

/** The optimizer of a training case. */
export function sgdOptions(info: Info): SgdOptions {
  const { type, momentum, weight_decay: weightDecay } = table(info, "optimizer");
  demand(type === "SGD", "optimizer", type, "SGD");
  return { momentum: momentum as number, weightDecay: weightDecay as number };
}

/** The learning rates of a training case. */
export function schedule(info: Info): PolySchedule {
  const { policy, power, min_lr: minimum } = table(info, "lr_config");
  demand(policy === "poly", "schedule", policy, "poly");
  return {
    base: table(info, "optimizer").lr as number,
    minimum: minimum as number,
    power: power as number,
    iterations: info.max_iters as number,
  };
}
