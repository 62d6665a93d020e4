import { isTable } from "../../core/is_table.ts";
import { html } from "../html.ts";
import { trainCurve } from "../curves.ts";
import { bytesText, durationText, median, numberText, percentText } from "../number_text.ts";
import { isLastPiece, runSeconds } from "./overview.ts";
import type { Html } from "../html.ts";
import type { OptionValue, RunRecord } from "../run_record.ts";

/** What computed the run, why, and how fast. */
export function machineSection(record: RunRecord): Html {
  const { backend } = record;
  const others = backend.others.map((other) =>
    html`
      <tr>
        <th scope="row">${other.name}</th>
        <td>not taken: ${other.reason}</td>
      </tr>
    `
  );
  return html`
    <section id="machine">
      <h2>Machine and time</h2>
      <div class="two">
        <div>
          <table class="wide">
            <caption>Time and memory</caption>
            <tbody>${timingRows(record).map(([name, value]) => factRow(name, value))}</tbody>
          </table>
        </div>
        <div>
          <table class="wide">
            <caption>Backend</caption>
            <tbody>
            <tr><th scope="row">${backend.name}</th><td>taken: ${backend.reason}</td></tr>
            ${others}
          </tbody>
          </table>
        </div>
      </div>
    </section>
  `;
}

function timingRows(record: RunRecord): [string, string][] {
  const { metrics } = record;
  const seconds = trainCurve(metrics, (row) => row.secondsPerIteration).map((point) => point[1]);
  const waits = trainCurve(metrics, (row) => row.dataWaitShare).map((point) => point[1]);
  const memory = trainCurve(metrics, (row) => row.memoryBytes).map((point) => point[1]);
  const middle = median(seconds);
  const total = runSeconds(record);
  const rows: ([string, string] | undefined)[] = [
    total === undefined ? undefined : [
      isLastPiece(record) ? "Last --resume to end" : record.resumed ? "All pieces together" : "Start to end",
      durationText(total),
    ],
    middle === undefined ? undefined : ["Seconds an iteration, median", numberText(middle)],
    waits.length === 0 ? undefined : [
      "Share of time waiting for data, mean",
      percentText(waits.reduce((a, b) => a + b, 0) / waits.length),
    ],
    memory.length === 0 ? undefined : ["Memory, highest", bytesText(memory.reduce((a, b) => Math.max(a, b)))],
  ];
  return rows.filter((row) => row !== undefined);
}

/** Every option by group, and the versions. */
export function optionSection(record: RunRecord): Html {
  const counts = Object.entries(record.dataset.counts).map((
    [part, count],
  ): [string, string] => [part, `${count}`]);
  const versions = Object.entries(record.versions);
  const tables = [
    ...optionGroups(record.options).map(([name, rows]) => factTable(name, rows)),
    factTable("pictures", counts),
    factTable("versions", versions),
  ];
  return html`
    <section id="options">
      <h2>Options and versions</h2>
      <div class="options">${tables}</div>
    </section>
  `;
}

function factTable(name: string, rows: readonly (readonly [string, string])[]): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`
    <table>
      <caption>${name}</caption>
      <tbody>${rows.map(([key, value]) => factRow(key, value))}</tbody>
    </table>
  `;
}

function factRow(name: string, value: string): Html {
  return html`
    <tr>
      <th scope="row">${name}</th>
      <td class="number">${value}</td>
    </tr>
  `;
}

/** Options by their first key; those without a group come first, under "run". */
export function optionGroups(options: RunRecord["options"]): [string, [string, string][]][] {
  const groups = new Map<string, [string, string][]>();
  for (const [key, value] of flattenOptions(options)) {
    const dot = key.indexOf(".");
    const [group, name] = dot < 0 ? ["run", key] : [key.slice(0, dot), key.slice(dot + 1)];
    groups.set(group, [...(groups.get(group) ?? []), [name, value]]);
  }
  return [...groups].sort(([a], [b]) => Number(b === "run") - Number(a === "run"));
}

function flattenOptions(options: { readonly [key: string]: OptionValue }, prefix = ""): [string, string][] {
  return Object.entries(options).flatMap(([key, value]): [string, string][] => {
    if (isTable(value)) return flattenOptions(value, `${prefix}${key}.`);
    return [[prefix + key, typeof value === "string" ? value : JSON.stringify(value)]];
  });
}
