import { CheckpointMismatch } from "../core/errors.ts";

/** Parts of a name that only wrap a network; `module` is what data-parallel training adds. */
const WRAPPERS: ReadonlySet<string> = new Set([
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "module",
  "net",
  "network",
]);

/** First parts of an encoder's names: a ResNet's of torchvision and mmseg's V1c, an EfficientNet-Lite's, classifiers. */
const ENCODER_PARTS = /^(conv1|bn1|stem|layer[1-4]|fc|_conv_stem|_bn0|_blocks|_conv_head|_bn1|_fc)\./;

/** A tensor that every ResNet has, and one of every EfficientNet-Lite. */
const ANCHORS = ["layer1.0.conv1.weight", "_blocks.0._depthwise_conv.weight"] as const;

/** Deep stems that stand in a sequence named `conv1`, with the last norm outside, by their names in mmseg. */
const DEEP_STEM: ReadonlyMap<string, string> = new Map([
  ["conv1.0", "stem.0"],
  ["conv1.1", "stem.1"],
  ["conv1.3", "stem.3"],
  ["conv1.4", "stem.4"],
  ["conv1.6", "stem.6"],
  ["bn1", "stem.7"],
]);

/** How the names of a file become those of the official state_dict. */
export interface NameMapping {
  /** Model's name by the file's name. */
  readonly names: ReadonlyMap<string, string>;
  /** What stood before the network's names and was taken off, for example `state_dict.module.`; may be empty. */
  readonly removedPrefix: string;
  /** Names outside of the network, for example those of an optimizer's state. */
  readonly besides: readonly string[];
}

function withoutLastPart(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf(".", prefix.length - 2) + 1);
}

/** Wrappers that all names share. */
function commonWrapper(names: readonly string[]): string {
  let prefix = "";
  for (;;) {
    const part = names[0]?.slice(prefix.length).split(".")[0];
    const longer = `${prefix}${part}.`;
    if (part === undefined || !WRAPPERS.has(part) || !names.every((name) => name.startsWith(longer))) {
      return prefix;
    }
    prefix = longer;
  }
}

/** What stands before the encoder's names; `undefined` where there is no encoder. */
function encoderPrefix(names: readonly string[]): string | undefined {
  for (const anchor of ANCHORS) {
    const name = names.find((name) => name === anchor || name.endsWith(`.${anchor}`));
    if (name !== undefined) return name.slice(0, -anchor.length);
  }
  return undefined;
}

/** Where the encoder's names begin, and where the network's do. */
function findPrefixes(names: readonly string[]): { encoder: string | undefined; network: string } {
  const encoder = encoderPrefix(names);
  if (encoder === undefined) return { encoder, network: commonWrapper(names) };
  const lastPart = encoder.split(".").at(-2);
  const bare = lastPart === undefined || WRAPPERS.has(lastPart);
  return { encoder, network: bare ? encoder : withoutLastPart(encoder) };
}

function renameDeepStem(names: Map<string, string>): void {
  const hasDeepStem = [...names.values()].includes("backbone.conv1.0.weight");
  if (!hasDeepStem) return;
  for (const [fileName, name] of names) {
    const part = /^backbone\.(.+)\.[^.]+$/.exec(name)?.[1];
    const stemPart = part === undefined ? undefined : DEEP_STEM.get(part);
    if (stemPart !== undefined) {
      names.set(fileName, name.replace(`backbone.${part}.`, `backbone.${stemPart}.`));
    }
  }
}

function checkUnique(names: ReadonlyMap<string, string>): void {
  const seen = new Map<string, string>();
  for (const [fileName, name] of names) {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new CheckpointMismatch(
        `Cannot name weights: "${first}" and "${fileName}" both are "${name}" of the model, expected one of them`,
      );
    }
    seen.set(name, fileName);
  }
}

/**
 * Maps a file's names to those of the official state_dict (`backbone.*`, `decode_head.*`, …). Understands wrappers
 * (`state_dict`, `model`, `module`, …), torchvision's bare names, any name for the encoder (`encoder.`, `resnet.`),
 * and deep stems written as `conv1.0` to `conv1.6`. Names that are not understood stay as they are.
 * @throws {CheckpointMismatch} If two names become one
 */
export function mapWeightNames(fileNames: readonly string[]): NameMapping {
  const { encoder, network } = findPrefixes(fileNames);
  const names = new Map<string, string>();
  const besides: string[] = [];
  for (const fileName of fileNames) {
    const inEncoder = encoder !== undefined && fileName.startsWith(encoder)
      ? fileName.slice(encoder.length)
      : "";
    if (ENCODER_PARTS.test(inEncoder)) names.set(fileName, `backbone.${inEncoder}`);
    else if (fileName.startsWith(network)) names.set(fileName, fileName.slice(network.length));
    else besides.push(fileName);
  }
  renameDeepStem(names);
  checkUnique(names);
  const removed = encoder === undefined || encoder === `${network}backbone.` ? network : encoder;
  return { names, removedPrefix: removed, besides };
}
