import type { WeightFile } from "./weight_file.ts";
import type { WeightMatch } from "./match_weights.ts";

/** Part of the model that a name belongs to: stages of the encoder, else the first part. */
function partOf(name: string): string {
  const [first, second] = name.split(".");
  if (first !== "backbone") return first!;
  if (second === "_blocks") return "backbone blocks";
  return second === "_conv_stem" || second === "_bn0" || second === "conv1" || second === "bn1" ||
      second === "stem"
    ? "backbone stem"
    : `backbone ${second}`;
}

/** For example `backbone layer4 (20), decode_head (33)`. */
function countByPart(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(partOf(name), (counts.get(partOf(name)) ?? 0) + 1);
  return [...counts].map(([part, count]) => `${part} (${count})`).join(", ");
}

function line(label: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`  ${label.padEnd(12)}${names.length}: ${countByPart(names)}`];
}

function notes(file: WeightFile, match: WeightMatch): string[] {
  const lines: string[] = [];
  if (match.stem !== undefined && match.modelStem !== undefined && match.stem !== match.modelStem) {
    lines.push(
      `  stem        the file has ${match.stem}, the model ${match.modelStem}: these layers keep their start values`,
    );
  }
  if (file.foldedNorms > 0) {
    lines.push(
      `  batch norm  ${file.foldedNorms} were folded into convolutions; they stand as x + bias: right in ` +
        "evaluation, but training normalises and so changes these features",
    );
  }
  return lines;
}

/** What a file's encoder is, as far as its names tell. */
function encoderOf({ tensors, stem }: WeightFile): string {
  if (tensors.has("backbone._conv_stem.weight")) return "an EfficientNet-Lite";
  return `stem ${stem ?? "unknown"}`;
}

/**
 * A report for people on what a weight file gave to a model, in lines.
 * @returns For example
 * ```text
 * Weights resnet18.pth: torch, stem v1
 *   matched     102: backbone stem (5), backbone layer1 (20), …
 *   missing     22: decode_head (22)
 *   unused      2: backbone fc (2)
 * ```
 */
export function describeMatch(file: WeightFile, match: WeightMatch): string {
  const prefix = file.removedPrefix === "" ? "" : `, names without "${file.removedPrefix}"`;
  const counters = (names: readonly string[]) =>
    names.filter((name) => !name.endsWith(".num_batches_tracked"));
  const unfit = match.wrongShape.slice(0, 10).map((one) =>
    `    ${one.name}: file has ${one.file}, model ${one.model}`
  );
  const besides = file.besides.length === 0 ? [] : [`  beside it   ${file.besides.length} tensors, not read`];
  return [
    `Weights ${file.source}: ${file.format}, ${encoderOf(file)}${prefix}`,
    ...line("matched", counters([...match.matched.keys()])),
    ...line("missing", match.missing),
    ...line("do not fit", match.wrongShape.map(({ name }) => name)),
    ...unfit,
    ...line("unexpected", match.unexpected),
    ...line("unused", counters(match.unused)),
    ...besides,
    ...notes(file, match),
  ].join("\n");
}
