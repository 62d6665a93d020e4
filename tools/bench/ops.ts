/**
 * Times convolutions, and a whole ResNet-50 V1c + ASPP 512 or EfficientNet-Lite0 + ASPP 128 forward and backward, against
 * PyTorch in the same run:
 *
 *     deno run -A tools/bench/ops.ts --python PATH [--rounds 5] [--only convolutions|network] [--json]
 *
 * With `--encoder lite0 --size 193 --batch 4` it is the network of preset `own` and its depthwise convolutions. Both sides run as
 * they come, in processes of their own that take turns. Times are medians over the rounds; a ratio above 1 means that this
 * project is faster. Whole training steps are timed by recipes.ts.
 */
import { Command, Option } from "commander";
import { fileURLToPath } from "node:url";
import {
  type BenchEncoder,
  caseName,
  type ConvolutionCase,
  convolutionCases,
  type Direction,
  DIRECTIONS,
  ENCODERS,
} from "./convolution_cases.ts";
import { LineProcess } from "./line_process.ts";
import { type BenchEngine, ENGINES } from "./network_step.ts";

interface Options {
  python: string;
  backend: string;
  size: number;
  batch: number;
  rounds: number;
  leastMs: number;
  encoder: BenchEncoder;
  engine: BenchEngine;
  only?: "convolutions" | "network";
  match?: string;
  json?: true;
}

/** Times of both sides for one thing, in milliseconds. */
interface Comparison {
  oursMs: number;
  torchMs: number;
  /** PyTorch's time divided by ours. */
  ratio: number;
  /** The shortest times, which other work on the machine disturbs least. */
  fastest: { oursMs: number; torchMs: number; ratio: number };
}

interface ConvolutionResult extends Comparison {
  name: string;
  direction: Direction;
  count: number;
}

interface NetworkResult extends Comparison {
  oursPeakBytes: number;
  torchPeakBytes: number;
  /** Our peak of resident memory divided by PyTorch's. */
  memoryRatio: number;
}

/** Both sides; closed together. */
class Sides implements AsyncDisposable {
  readonly ours: LineProcess;
  readonly torch: LineProcess;

  constructor(options: Options) {
    const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
    this.ours = new LineProcess(Deno.execPath(), ["run", "-A", path("ops_worker.ts"), options.backend]);
    this.torch = new LineProcess(options.python, [path("torch_ops.py")]);
  }

  /** Prepares the same work on both sides. */
  async prepare(question: Record<string, unknown>): Promise<void> {
    await this.ours.ask(question);
    await this.torch.ask(question);
  }

  /** Times the prepared work, taking turns. */
  async compare({ rounds, leastMs }: Options): Promise<Comparison> {
    const times = { ours: [] as number[], torch: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      for (const side of ["ours", "torch"] as const) {
        times[side].push(Number((await this[side].ask({ ask: "time", leastMs })).ms));
      }
    }
    const fastest = withRatio(Math.min(...times.ours), Math.min(...times.torch));
    return { ...withRatio(median(times.ours), median(times.torch)), fastest };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ours[Symbol.asyncDispose]();
    await this.torch[Symbol.asyncDispose]();
  }
}

function withRatio(oursMs: number, torchMs: number): Comparison["fastest"] {
  return { oursMs, torchMs, ratio: torchMs / oursMs };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

async function compareConvolutions(options: Options): Promise<ConvolutionResult[]> {
  await using sides = new Sides(options);
  const results: ConvolutionResult[] = [];
  const cases = convolutionCases(options.encoder, options.size).filter((each) =>
    caseName(each).includes(options.match ?? "")
  );
  for (const each of cases) {
    for (const direction of DIRECTIONS) {
      await sides.prepare({ ask: "convolution", ...each, direction, batch: options.batch });
      const result = { name: caseName(each), direction, count: each.count, ...await sides.compare(options) };
      results.push(result);
      if (!options.json) console.log(convolutionLine(each, result));
    }
  }
  return results;
}

function convolutionLine(each: ConvolutionCase, result: ConvolutionResult): string {
  const name = `${caseName(each)} (×${result.count})`.padEnd(36);
  return `${name}${result.direction.padEnd(8)}${comparisonText(result)}`;
}

function comparisonText(comparison: Comparison): string {
  const columns = [comparison, comparison.fastest].map(({ oursMs, torchMs, ratio }) =>
    `${oursMs.toFixed(2).padStart(9)} ms${torchMs.toFixed(2).padStart(10)} ms${ratio.toFixed(2).padStart(7)}`
  );
  return `${columns[0]}  fastest${columns[1]}`;
}

async function compareNetwork(options: Options): Promise<NetworkResult> {
  await using sides = new Sides(options);
  for (const side of [sides.ours, sides.torch]) {
    const { about } = await side.ask({ ask: "about" });
    if (!options.json) console.log(about);
  }
  const { encoder, batch, size, engine } = options;
  await sides.prepare({ ask: "network", encoder, batch, size, engine });
  const comparison = await sides.compare({ ...options, leastMs: 0 });
  const oursPeakBytes = Number((await sides.ours.ask({ ask: "memory" })).peakBytes);
  const torchPeakBytes = Number((await sides.torch.ask({ ask: "memory" })).peakBytes);
  return { ...comparison, oursPeakBytes, torchPeakBytes, memoryRatio: oursPeakBytes / torchPeakBytes };
}

const NETWORK_NAMES = {
  resnet50: "ResNet-50 V1c + ASPP 512",
  lite0: "EfficientNet-Lite0 + ASPP 128",
} as const;

function networkText(result: NetworkResult, { encoder, batch, size }: Options): string {
  const peaks = [result.oursPeakBytes, result.torchPeakBytes].map((bytes) =>
    `${(bytes / 1e9).toFixed(2)} GB`
  );
  return `${NETWORK_NAMES[encoder]}, ${batch}×${size}×${size}, forward + backward (ours, PyTorch, ratio):\n` +
    `${comparisonText(result)}\n` +
    `peak resident memory: ${peaks.join(" against ")}, ratio ${result.memoryRatio.toFixed(2)}`;
}

/** Sums over the network: each shape as often as it occurs. */
function convolutionSum(results: ConvolutionResult[]): Comparison {
  const sum = (time: (result: Comparison) => number) =>
    results.reduce((total, each) => total + time(each) * each.count, 0);
  const fastest = withRatio(sum(({ fastest }) => fastest.oursMs), sum(({ fastest }) => fastest.torchMs));
  return { ...withRatio(sum(({ oursMs }) => oursMs), sum(({ torchMs }) => torchMs)), fastest };
}

function parseOptions(): Options {
  const number = (name: string, text: string, value: number) =>
    new Option(name, text).argParser(Number).default(value);
  return new Command("ops")
    .description("Times convolutions and a whole network against PyTorch, taking turns.")
    .option("--python <path>", "a Python that has PyTorch", "python3")
    .option("--backend <name>", "this project's backend", "tensorflow")
    .addOption(
      new Option("--encoder <name>", "the network; of lite0 the depthwise convolutions are timed").choices(
        ENCODERS,
      )
        .default("resnet50"),
    )
    .addOption(
      new Option("--engine <name>", "how our network runs: op by op, or recorded as training runs it")
        .choices(
          ENGINES,
        ).default("eager"),
    )
    .addOption(number("--size <pixels>", "height and width of the images", 129))
    .addOption(number("--batch <count>", "images in a batch", 2))
    .addOption(number("--rounds <count>", "how often each side is timed", 5))
    .addOption(number("--least-ms <time>", "repeats a convolution until it takes that long", 50))
    .addOption(new Option("--only <part>", "leave the other part out").choices(["convolutions", "network"]))
    .option("--match <text>", "only convolutions whose name has this text, such as d12")
    .option("--json", "print one JSON object as the last line")
    .parse(Deno.args, { from: "user" })
    .opts<Options>();
}

async function main(): Promise<void> {
  const options = parseOptions();
  const network = options.only === "convolutions" ? undefined : await compareNetwork(options);
  if (network !== undefined && !options.json) console.log(networkText(network, options));
  const convolutions = options.only === "network" ? [] : await compareConvolutions(options);
  if (convolutions.length > 0 && !options.json) {
    console.log(
      `${"all of the network's convolutions".padEnd(44)}${comparisonText(convolutionSum(convolutions))}`,
    );
  }
  if (options.json) console.log(JSON.stringify({ network, convolutions, sum: convolutionSum(convolutions) }));
}

if (import.meta.main) await main();
