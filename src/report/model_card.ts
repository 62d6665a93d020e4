/** A page in Markdown that goes with a model: what it is, how to feed it, what it reaches, whose terms hold. */
import { bytesText, countText, pointsText } from "./number_text.ts";
import { cssColor } from "./palette.ts";
import type { EvaluationSummary } from "../eval/confusion.ts";
import type { RgbColor } from "./palette.ts";

/** A file of the model. */
export interface CardFile {
  /** Name inside the model's folder. */
  readonly name: string;
  /** Size. */
  readonly bytes: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/** What a model expects. */
export interface CardInput {
  /** Axes in words, for example `[N, 3, H, W], float32, RGB`. */
  readonly layout: string;
  /** Subtracted from each channel, in the scale 0 to 255. */
  readonly mean: readonly [number, number, number];
  /** Divides each channel after that. */
  readonly standardDeviation: readonly [number, number, number];
  /** Allowed sizes in words, for example `any multiple of 16`. */
  readonly size: string;
}

/** Everything a model card says. */
export interface ModelCardRecord {
  /** The model's name. */
  readonly name: string;
  /** The network in a line: `ResNet-18 (output stride 16), ASPP 128`. */
  readonly network: string;
  /** Weights in the network. */
  readonly parameters: number;
  /** Names of the classes, in the order of the output. */
  readonly classes: readonly string[];
  /** Colour of each class. */
  readonly colors: readonly RgbColor[];
  /** What goes in. */
  readonly input: CardInput;
  /** What comes out, in words. */
  readonly output: string;
  /** How it was trained, name and value: recipe, dataset, labeled pictures, iterations, seed. */
  readonly training: readonly (readonly [string, string])[];
  /** Its measures, and where they were taken. */
  readonly evaluation?: { readonly split: string; readonly summary: EvaluationSummary };
  /** Its files. */
  readonly files: readonly CardFile[];
  /** Terms of the data and of the initial weights; the model's own follow from them. */
  readonly licenseNote: string;
}

/** The card as Markdown. */
export function modelCard(card: ModelCardRecord): string {
  const parts = [
    `# ${markdownText(card.name)}`,
    `${markdownText(card.network)}, ${
      countText(card.parameters)
    } parameters, ${card.classes.length} classes. ` +
    "Trained with guidedmix.",
    ...inputPart(card),
    ...classPart(card),
    ...measurePart(card),
    "## Training",
    table(["What", "Value"], card.training),
    "## Files",
    table(
      ["File", "Size", "SHA-256"],
      card.files.map((file) => [file.name, bytesText(file.bytes), file.sha256]),
    ),
    "## Licence",
    markdownText(card.licenseNote),
  ];
  return `${parts.join("\n\n")}\n`;
}

function inputPart({ input, output }: ModelCardRecord): string[] {
  const rows: [string, string][] = [
    ["Layout", input.layout],
    ["Size", input.size],
    ["Mean (0 to 255)", input.mean.join(", ")],
    ["Standard deviation", input.standardDeviation.join(", ")],
    ["Output", output],
  ];
  return ["## Input and output", table(["What", "Value"], rows)];
}

function classPart({ classes, colors, evaluation }: ModelCardRecord): string[] {
  const rows = classes.map((name, k) => [
    String(k),
    name,
    colors[k] === undefined ? "" : cssColor(colors[k]),
    pointsText(evaluation?.summary.perClass[k]?.iou),
  ]);
  return ["## Classes", table(["Index", "Class", "Colour", "IoU %"], rows)];
}

function measurePart({ evaluation }: ModelCardRecord): string[] {
  if (evaluation === undefined) return ["## Measures", "Not evaluated."];
  const { miou, accuracy, meanAccuracy } = evaluation.summary;
  const rows = [
    ["Mean IoU", pointsText(miou)],
    ["Pixel accuracy", pointsText(accuracy)],
    ["Mean class accuracy", pointsText(meanAccuracy)],
  ];
  return ["## Measures", `On the part "${markdownText(evaluation.split)}".`, table(["Measure", "%"], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** Text without a meaning in Markdown or HTML, on one line. */
function markdownText(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`);
}
