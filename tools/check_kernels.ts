/**
 * Tries the kernels that other processors have on this one: TensorFlow's plain ones (oneDNN off), and oneDNN held to
 * older instructions. Each row has processes of its own: parity of the fixtures, the convolution tests, a training run
 * of 30 iterations with its evaluation. Prints a table; exit code 1 where anything failed.
 *
 *     deno run -A tools/check_kernels.ts [ROW…]
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Environments by name. Unset, the switch is the project's own. */
const ROWS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: { TF_ENABLE_ONEDNN_OPTS: "0" },
  sse41: { ONEDNN_MAX_CPU_ISA: "SSE41" },
  avx2: { ONEDNN_MAX_CPU_ISA: "AVX2" },
  default: {},
};

const REFERENCES = ["official-seed7", "restated-seed11"].flatMap((name) => [
  "--reference",
  join("fixtures", "reference", name),
]);

const RUN = [
  ...["train", "--recipe", "guidedmix", "--iterations", "30", "--backend", "tensorflow", "--json"],
  ...["--set", "data.synthetic.train=32", "--set", "data.synthetic.val=8", "--set", "encoder.baseChannels=8"],
];

interface Outcome {
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

async function deno(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const started = performance.now();
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  return { ok: success, seconds: (performance.now() - started) / 1000, output };
}

function cell({ ok, seconds }: Outcome, more = ""): string {
  return `${ok ? "ok" : "FAILED"}${more} ${seconds.toFixed(1)} s`;
}

/** The last training loss of a run, which tells more than the mIoU of so short a one. */
async function lastLoss(run: string): Promise<string> {
  try {
    const rows = (await Deno.readTextFile(join(run, "metrics.jsonl"))).trim().split("\n");
    const totals = rows.map((row) => (JSON.parse(row) as { losses?: { total: number } }).losses?.total);
    return ` loss ${totals.findLast((total) => total !== undefined)?.toFixed(6)}`;
  } catch {
    return "";
  }
}

/** One environment; what failed is printed whole. */
async function row(name: string): Promise<boolean> {
  const env = ROWS[name]!;
  const out = await Deno.makeTempDir({ prefix: "kernels-" });
  const parity = await deno(["task", "parity", ...REFERENCES], env);
  const tests = await deno([
    "test",
    "-A",
    "tests/nn/convolution_test.ts",
    "tests/nn/pooled_convolution_test.ts",
    "tests/nn/depthwise_test.ts",
  ], env);
  const run = await deno(["task", ...RUN, "--out", join(out, "run")], env);
  const evaluation = await deno(["task", "eval", "--run", join(out, "run"), "--json"], env);
  const loss = await lastLoss(join(out, "run"));
  await Deno.remove(out, { recursive: true });
  const kernels = /backend +tensorflow, [^\n]*\), (.*)/.exec(run.output)?.[1] ?? "not found";
  const miou = /"miou":([\d.]+)/i.exec(evaluation.output)?.[1];
  const cells = [
    cell(parity),
    cell(tests),
    cell(run, loss),
    cell(evaluation, ` mIoU ${Number(miou).toFixed(4)}`),
  ];
  console.log(`| ${name} | ${kernels} | ${cells.join(" | ")} |`);
  const failed = [parity, tests, run, evaluation].filter(({ ok }) => !ok);
  for (const { output } of failed) console.error(output.split("\n").slice(-60).join("\n"));
  return failed.length === 0;
}

if (import.meta.main) {
  const names = Deno.args.length > 0 ? Deno.args : Object.keys(ROWS);
  const unknown = names.filter((name) => ROWS[name] === undefined);
  if (unknown.length > 0) {
    console.error(
      `Cannot check kernels: row is "${unknown[0]}", expected of ${Object.keys(ROWS).join(", ")}`,
    );
    Deno.exit(2);
  }
  console.log(
    "| row | kernels found | parity of both folders | convolution tests | train 30 iterations | eval |",
  );
  console.log("| --- | --- | --- | --- | --- | --- |");
  let ok = true;
  for (const name of names) ok = await row(name) && ok;
  Deno.exit(ok ? 0 : 1);
}
