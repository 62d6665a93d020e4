/**
 * Compares photos chosen by `deno task suggest` with photos chosen at random, on a dataset whose masks are all known: in
 * rounds of so many photos, the first without a run, each later one by the supervised run on those before. Trains each
 * recipe with each number of labels and seed, and prints mIoU after the last iteration. What was done before is not done again.
 *
 *     deno run -A tools/simulate_labeling.ts --data ../shared/data/msrc --out runs/labeling --labels 20,40 --round 10 \
 *       --seeds 0,1,2 --recipes supervised,guidedmix --how farthest,typical,random -- --iterations 400 --set data.crop=193x193
 *
 * What follows `--` goes to every `deno task train`.
 */
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sourceName } from "../src/data/dataset.ts";
import { openDataset } from "../src/data/open_dataset.ts";
import { isFile } from "../src/data/image_files.ts";
import { measureSpread, spreadText } from "../src/report/comparison_table.ts";
import { RunFolder } from "../src/run/run_folder.ts";
import { storedEvaluation } from "../src/run/stored_evaluation.ts";

/** How photos are chosen. */
const HOWS = ["farthest", "typical", "random"] as const;

type How = typeof HOWS[number];

interface Plan {
  readonly data: string;
  readonly out: string;
  readonly labels: readonly number[];
  readonly round: number;
  readonly seeds: readonly number[];
  readonly recipes: readonly string[];
  readonly hows: readonly How[];
  readonly options: readonly string[];
}

function numbers(text: string, name: string): number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isInteger(value) && value >= 0)) return values;
  throw new RangeError(`Cannot simulate: --${name} is "${text}", expected whole numbers with commas between`);
}

function plan(args: string[]): Plan {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: own,
    options: { data: text, out: text, labels: text, round: text, seeds: text, recipes: text, how: text },
  });
  const { data, out, labels = "20,40", round = "10", seeds = "0,1,2" } = values;
  if (data === undefined || out === undefined) {
    throw new TypeError("Cannot simulate: --data and --out are needed, expected a dataset and a folder");
  }
  const hows = (values.how ?? "farthest,random").split(",");
  const known = hows.filter((how): how is How => HOWS.some((one) => one === how));
  if (known.length < hows.length) {
    throw new RangeError(`Cannot simulate: --how is "${hows}", expected some of ${HOWS.join(", ")}`);
  }
  return {
    data: resolve(data),
    out: resolve(out),
    labels: numbers(labels, "labels"),
    round: numbers(round, "round")[0]!,
    seeds: numbers(seeds, "seeds"),
    recipes: (values.recipes ?? "supervised,guidedmix").split(","),
    hows: known,
    options: end < 0 ? [] : args.slice(end + 1),
  };
}

async function task(...words: string[]): Promise<void> {
  console.error(`deno task ${words.slice(0, 12).join(" ")}${words.length > 12 ? " …" : ""}`);
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", ...words],
    cwd,
    stdout: "null",
    stderr: "inherit",
  }).spawn().status;
  if (!success) throw new Error(`deno task ${words[0]} failed`);
}

/** Trains a run, unless it is done. @param labeled A list or a count @returns Its folder */
async function trained(
  { data, options }: Plan,
  folder: string,
  { labeled, recipe, seed }: { labeled: string; recipe: string; seed: number },
): Promise<string> {
  if (await storedEvaluation(new RunFolder(folder)) === undefined) {
    const words = ["--data", data, "--labeled", labeled, "--recipe", recipe, "--seed", `${seed}`];
    await task("train", ...words, "--out", folder, "--resume", ...options);
  }
  return folder;
}

/** The first photos, chosen without a run among those of the train list. */
async function firstList(plan: Plan, how: How, seed: number, folder: string): Promise<string> {
  const list = join(folder, "suggested.txt");
  if (await isFile(list)) return list;
  const { train } = await openDataset(plan.data);
  const photos = train.map(({ image }) => sourceName(image));
  const words = ["--variety", how, "--seed", `${seed}`, "--count", `${plan.round}`, "--out", folder];
  await task("suggest", ...words, ...photos);
  return list;
}

/** The photos before and those of the next round. */
async function nextList(plan: Plan, how: How, seed: number, run: string, folder: string): Promise<string> {
  const list = join(folder, "labeled.txt");
  if (await isFile(list)) return list;
  const words = ["--variety", how, "--seed", `${seed}`, "--count", `${plan.round}`, "--out", folder];
  await task("suggest", "--run", run, ...words);
  return list;
}

/** What is given to `--labeled` for each number of labels. */
async function lists(plan: Plan, how: How, seed: number): Promise<Map<number, string>> {
  // the same seed draws the smaller choice as the beginning of the larger
  if (how === "random") return new Map(plan.labels.map((count) => [count, `${count}`]));
  const found = new Map<number, string>();
  const root = join(plan.out, `${how}-seed${seed}`);
  let list = await firstList(plan, how, seed, join(root, "choice-0"));
  for (let count = plan.round;; count += plan.round) {
    found.set(count, list);
    if (count >= Math.max(...plan.labels)) return found;
    const folder = join(root, `${count}-supervised`);
    const run = await trained(plan, folder, { labeled: list, recipe: "supervised", seed });
    list = await nextList(plan, how, seed, run, join(root, `choice-${count}`));
  }
}

/** mIoU by way, number of labels and recipe, one a seed. */
async function simulate(plan: Plan): Promise<Map<string, number[]>> {
  const results = new Map<string, number[]>();
  for (const seed of plan.seeds) {
    for (const how of plan.hows) {
      const byCount = await lists(plan, how, seed);
      for (const count of plan.labels) {
        for (const recipe of plan.recipes) {
          const folder = join(plan.out, `${how}-seed${seed}`, `${count}-${recipe}`);
          const run = await trained(plan, folder, { labeled: byCount.get(count)!, recipe, seed });
          const { summary } = (await storedEvaluation(new RunFolder(run)))!;
          const key = `${recipe} | ${count} | ${how}`;
          results.set(key, [...results.get(key) ?? [], summary.miou]);
        }
      }
    }
  }
  return results;
}

if (import.meta.main) {
  const asked = plan(Deno.args);
  for (const count of asked.labels) {
    if (count % asked.round !== 0) {
      throw new RangeError(`Cannot simulate: ${count} labels, expected a multiple of --round ${asked.round}`);
    }
  }
  const results = await simulate(asked);
  console.log(`${basename(asked.data)}, seeds ${asked.seeds}, ${asked.options.join(" ")}\n`);
  console.log("| recipe | labels | chosen | mIoU | each seed |\n| --- | --- | --- | --- | --- |");
  for (const [key, values] of [...results].sort(([a], [b]) => a < b ? -1 : 1)) {
    const each = values.map((value) => (100 * value).toFixed(1)).join(", ");
    console.log(`| ${key} | ${spreadText(measureSpread(values))} | ${each} |`);
  }
}
