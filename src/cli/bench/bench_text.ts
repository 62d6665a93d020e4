import type { BenchResult, SideResult } from "./run_bench.ts";
import type { Spread } from "./spread.ts";

const SHOWN_OPS = 12;

const ms = (seconds: number) => `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms`;
const spread = ({ median, least, most }: Spread) =>
  `${ms(median).padStart(9)}  (${ms(least)} to ${ms(most)})`.padEnd(36);
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`.padStart(9);

function sideLine(name: string, { step, forward, peakBytes }: SideResult): string {
  return `${name.padEnd(10)}${spread(step)}${spread(forward)}${gigabytes(peakBytes)}`;
}

function ratioLine({ ratio, forwardRatio, memoryRatio }: BenchResult): string[] {
  if (ratio === undefined) return [];
  const cell = (value: number) => value.toFixed(2).padStart(9);
  return [
    `${"ratio".padEnd(10)}${cell(ratio).padEnd(36)}${cell(forwardRatio!).padEnd(36)}${cell(memoryRatio!)}`,
  ];
}

function opLines({ wholeMs, ops }: BenchResult["ops"]): string[] {
  const inOps = ops.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const line = (name: string, milliseconds: number, count: string) =>
    `  ${name.padEnd(30)}${milliseconds.toFixed(1).padStart(9)} ms${count.padStart(7)}`;
  const rest = ops.slice(SHOWN_OPS);
  const more = rest.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [
    ...ops.slice(0, SHOWN_OPS).map(({ op, milliseconds, count }) => line(op, milliseconds, String(count))),
    ...(rest.length > 0 ? [line(`${rest.length} other kinds`, more, "")] : []),
    line("outside of ops", wholeMs - inOps, ""),
  ];
}

/** The benchmark for reading: times as median (least to most), a ratio above 1 where ours is faster. */
export function benchText(result: BenchResult): string {
  const { config, mitrans, precision, crop, parameters, device, flops } = result;
  const giga = (value: number) => (value / 1e9).toFixed(0);
  return [
    `${config}, ${
      mitrans === null ? "without MITrans" : `MITrans ${mitrans}`
    }, ${precision}, crop ${crop}, ` +
    `${(parameters / 1e6).toFixed(1)} million parameters`,
    device,
    "",
    `${"".padEnd(10)}${"     step".padEnd(36)}${"  predict".padEnd(36)}   memory`,
    sideLine("ours", result.ours),
    ...(result.official === undefined ? [] : [sideLine("official", result.official)]),
    ...ratioLine(result),
    "",
    `a step needs ${giga(flops.needed)} GFLOP (${
      giga(flops.dense)
    } with the padding's zeros), the machine gives ` +
    `${giga(result.machinePeak)} GFLOP/s in a matrix product: ${
      (result.shareOfPeak * 100).toFixed(0)
    } % of it`,
    `waiting for data: ${ms(result.waiting)} a step`,
    "",
    `a step launches ${result.launched} ops and functions; op by op it is:`,
    ...opLines(result.ops),
  ].join("\n");
}
