/**
 * Times whole training steps of recipes, and UniMatch's step in PyTorch with the same network, in one run:
 *
 *     taskset -c 0 deno run -A tools/bench/recipes.ts --python PATH [--rounds 5] [--size 145] [--batch 4] [--json]
 *
 * A step is forward, backward, SGD and, where there is one, the teacher's update, on a batch of noise that stays the same. The
 * network is EfficientNet-Lite0 with the ASPP of preset `own`, without dropout; all steps begin with the same parameters and
 * batch, so that L_ce of the first one agrees where the work is the same (in `unimatch` but for the dropped channels, which the
 * norms of the decoder see). Each step has a process of its own, and they take turns. With one thread each (the default) pin the
 * run to one core by `taskset`. A ratio is the time of the column's step divided by that of the row's: above 1, the row is
 * faster.
 */
import { Command, Option } from "commander";
import { fileURLToPath } from "node:url";
import { spreadOf } from "../../src/cli/bench/spread.ts";
import { LineProcess } from "./line_process.ts";
import { type BenchEngine, ENGINES } from "./network_step.ts";
import { OUR_STEPS } from "./recipe_step.ts";

interface Options {
  python: string;
  size: number;
  batch: number;
  rounds: number;
  steps: number;
  threads: number;
  engine: BenchEngine;
  threshold?: number;
  only?: string;
  json?: true;
}

/** The least probability of PyTorch's pseudo labels, UniMatch's. */
const THRESHOLD = 0.95;

/** Steps of `torch_recipes.py`. NCHW is how PyTorch comes and what UniMatch uses, NHWC (`channels_last`) is often faster. */
const TORCH_ROWS = [
  { name: "PyTorch supervised", step: "supervised", channelsLast: false },
  { name: "PyTorch supervised, NHWC", step: "supervised", channelsLast: true },
  { name: "PyTorch unimatch", step: "unimatch", channelsLast: false },
  { name: "PyTorch unimatch, NHWC", step: "unimatch", channelsLast: true },
  { name: "PyTorch unimatch, donors predicted", step: "unimatch, donors predicted", channelsLast: false },
];

/** Rows that the others are compared with. */
const REFERENCES = ["guidedmix of 0.1", "PyTorch unimatch", "PyTorch unimatch, NHWC"];

type Losses = Readonly<Record<string, number>>;

/** A step in its process. */
interface Side {
  readonly name: string;
  readonly process: LineProcess;
  /** Of the first step. */
  readonly losses: Losses;
  readonly ms: number[];
}

interface Row {
  readonly name: string;
  readonly medianMs: number;
  readonly leastMs: number;
  /** Each step's time, in order. */
  readonly allMs: readonly number[];
  readonly peakBytes: number;
  /** Of the first step, each term before its weight. */
  readonly losses: Losses;
  /** Time of a reference divided by this row's. */
  readonly ratios: Readonly<Record<string, { readonly median: number; readonly least: number }>>;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function threadsEnv({ threads }: Options): Record<string, string> {
  if (threads === 0) return {};
  const names = ["TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"];
  return Object.fromEntries(names.map((name) => [name, String(threads)]));
}

function startOurs(options: Options): LineProcess {
  return new LineProcess(Deno.execPath(), ["run", "-A", pathOf("recipe_worker.ts")], threadsEnv(options));
}

function startTorch(options: Options): LineProcess {
  return new LineProcess(options.python, [pathOf("torch_recipes.py")], threadsEnv(options));
}

/** What is timed: the names of the rows, with how a process begins and what it is asked to prepare. */
function wanted(options: Options) {
  const { engine, threshold } = options;
  const ours = Object.keys(OUR_STEPS).map((step) => (
    { name: step, begin: startOurs, prepare: { step, engine, threshold } }
  ));
  const torch = TORCH_ROWS.map(({ name, ...prepare }) => (
    { name, begin: startTorch, prepare: { ...prepare, threshold: threshold ?? THRESHOLD } }
  ));
  return [...ours, ...torch].filter(({ name }) => name.includes(options.only ?? ""));
}

async function writeStart(start: string, options: Options): Promise<void> {
  await using writer = startOurs(options);
  await writer.ask({ ask: "write", start, batch: options.batch, size: options.size });
}

/** Starts every process and runs its first step. */
async function prepare(options: Options, start: string, closed: AsyncDisposableStack): Promise<Side[]> {
  const sides: Side[] = [];
  for (const { name, begin, prepare } of wanted(options)) {
    const process = closed.use(begin(options));
    const { losses } = await process.ask({ ask: "prepare", start, ...prepare });
    sides.push({ name, process, losses: losses as Losses, ms: [] });
  }
  return sides;
}

/** Lets all sides run some steps in turn, again and again; the first turn is not counted. */
async function takeTurns(sides: readonly Side[], { rounds, steps }: Options): Promise<void> {
  for (let round = -1; round < rounds; round++) {
    for (const { process, ms } of sides) {
      const answer = await process.ask({ ask: "time", steps });
      if (round >= 0) ms.push(...answer.ms as number[]);
    }
  }
}

async function rowOf({ name, process, losses, ms }: Side): Promise<Row> {
  const { median, least } = spreadOf(ms);
  const peakBytes = Number((await process.ask({ ask: "memory" })).peakBytes);
  return { name, medianMs: median, leastMs: least, allMs: ms, peakBytes, losses, ratios: {} };
}

function withRatios(row: Row, rows: readonly Row[]): Row {
  const references = rows.filter(({ name }) => REFERENCES.includes(name));
  const ratios = references.map(({ name, medianMs, leastMs }) =>
    [name, { median: medianMs / row.medianMs, least: leastMs / row.leastMs }] as const
  );
  return { ...row, ratios: Object.fromEntries(ratios) };
}

/** Width of a ratio in the table. */
const COLUMN = 24;

function line(name: string, numbers: readonly string[], ratios: readonly string[]): string {
  const cells = [...numbers.map((text) => text.padStart(10)), ...ratios.map((text) => text.padStart(COLUMN))];
  return name.padEnd(36) + cells.join("");
}

function rowText({ name, medianMs, leastMs, peakBytes, ratios }: Row): string {
  const numbers = [medianMs.toFixed(0), leastMs.toFixed(0), (peakBytes / 1e9).toFixed(2)];
  const beside = Object.values(ratios).map(({ median, least }) =>
    `${median.toFixed(2)} (${least.toFixed(2)})`
  );
  return line(name, numbers, beside);
}

function lossText({ name, losses }: Row): string {
  const terms = Object.entries(losses).map(([term, value]) => `${term} ${value.toFixed(5)}`);
  return name.padEnd(36) + terms.join(", ");
}

function tableText(rows: readonly Row[], { batch, size }: Options): string {
  return [
    `EfficientNet-Lite0 + ASPP 128, ${batch} labeled and ${batch} unlabeled images of ${size}×${size}; ratios of medians ` +
    "(of least times)",
    line("step", ["median ms", "least ms", "peak GB"], Object.keys(rows[0]?.ratios ?? {})),
    ...rows.map(rowText),
    "",
    "losses of the first step",
    ...rows.map(lossText),
  ].join("\n");
}

/** What the two sides run on. */
async function about(sides: readonly Side[]): Promise<string[]> {
  const told = await Promise.all(sides.map(({ process }) => process.ask({ ask: "about" })));
  return [...new Set(told.map(({ about }) => String(about)))];
}

function parseOptions(): Options {
  const number = (name: string, text: string) => new Option(name, text).argParser(Number);
  return new Command("recipes")
    .description("Times training steps of recipes beside UniMatch's step in PyTorch, taking turns.")
    .option("--python <path>", "a Python that has PyTorch", "python3")
    .addOption(number("--size <pixels>", "height and width of the images").default(145))
    .addOption(number("--batch <count>", "labeled images, and as many unlabeled; at least 2").default(4))
    .addOption(number("--rounds <count>", "turns of each step that are counted").default(5))
    .addOption(number("--steps <count>", "steps in a turn").default(3))
    .addOption(number("--threads <count>", "of each process; 0: as both sides choose").default(1))
    .addOption(number("--threshold <share>", "of pseudo labels, in place of each recipe's; 0: all are sure"))
    .addOption(
      new Option("--engine <name>", "how our steps run: op by op, or recorded as training runs them")
        .choices(ENGINES).default("function"),
    )
    .option("--only <text>", "only steps whose name has this text, such as unimatch")
    .option("--json", "print one JSON object as the last line")
    .parse(Deno.args, { from: "user" })
    .opts<Options>();
}

async function main(): Promise<void> {
  const options = parseOptions();
  await using closed = new AsyncDisposableStack();
  const start = await Deno.makeTempFile({ suffix: ".safetensors" });
  closed.defer(() => Deno.remove(start));
  await writeStart(start, options);
  const sides = await prepare(options, start, closed);
  const machines = await about(sides);
  if (!options.json) machines.forEach((text) => console.log(text));
  await takeTurns(sides, options);
  const plain = await Promise.all(sides.map(rowOf));
  const rows = plain.map((row) => withRatios(row, plain));
  console.log(options.json ? JSON.stringify({ options, about: machines, rows }) : tableText(rows, options));
}

if (import.meta.main) await main();
