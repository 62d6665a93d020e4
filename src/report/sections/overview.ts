import { leftOutText } from "../../data/left_out_text.ts";
import { html } from "../html.ts";
import { countText, durationText, percentText } from "../number_text.ts";
import type { Html } from "../html.ts";
import type { EvalRow, RunRecord } from "../run_record.ts";

/** Title, state, command and the figures that matter most. */
export function overview(record: RunRecord): Html {
  const { title, name, dataset, recipe, seed, command } = record;
  return html`
    <p class="eyebrow">guidedmix run report</p>
    <h1>${title}</h1>
    <p class="lead">
      Run <strong>${name}</strong>: recipe ${recipe} on ${dataset.name}, seed ${seed}. ${stateText(record)}
    </p>
    <pre class="command" tabindex="0" aria-label="Command">${command}</pre>
    <dl class="facts">${facts(record)}</dl>
  `;
}

/** Iterations done: the last row's. */
export function doneIterations(record: RunRecord): number {
  return record.metrics.reduce((last, row) => Math.max(last, row.iteration), 0);
}

/** Seconds from start to end, without the time between its pieces; `undefined` for a run that has not ended. */
export function runSeconds({ started, resumed, finished }: RunRecord): number | undefined {
  if (finished === undefined) return undefined;
  const last = (Date.parse(finished) - Date.parse(resumed?.at ?? started)) / 1000;
  const seconds = last + (resumed?.secondsBefore ?? 0);
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** Whether the time and start of a run that was gone on with are those of its last piece alone. */
export function isLastPiece({ resumed }: RunRecord): boolean {
  return resumed !== undefined && resumed.secondsBefore === undefined;
}

function startText(record: RunRecord): Html {
  const { started, resumed } = record;
  if (isLastPiece(record)) return html`Gone on with <time>${timeText(started)}</time>, begun before`;
  return html`Started <time>${timeText(started)}</time>${
    resumed && html`, gone on with <time>${timeText(resumed.at)}</time>`
  }`;
}

function stateText(record: RunRecord): Html {
  const started = startText(record);
  if (record.finished !== undefined) {
    return html`${started}, finished <time>${timeText(record.finished)}</time>.`;
  }
  return html`${started}; <strong>not finished</strong>: iteration ${
    doneIterations(record)
  } of ${record.iterations}.`;
}

/** `2026-11-23T15:00:12.345Z` as `2026-11-23 15:00 UTC`; other text as it is. */
function timeText(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

function facts(record: RunRecord): Html[] {
  const { evaluation, dataset } = record;
  const best = bestEvaluation(record);
  const seconds = runSeconds(record);
  const { labeled, unlabeled = 0, "left out": leftOut = 0 } = dataset.counts;
  const without = `${countText(unlabeled)} more without labels`;
  const all: (Html | undefined)[] = [
    evaluation && fact("Mean IoU", percentText(evaluation.summary.miou), `${evaluation.split}, at the end`),
    evaluation && fact("Pixel accuracy", percentText(evaluation.summary.accuracy), "pixels that are right"),
    best && fact("Best mean IoU", percentText(best.miou), `at iteration ${countText(best.iteration)}`),
    labeled === undefined ? undefined : fact(
      "Labeled pictures",
      countText(labeled),
      leftOut === 0 ? without : `${without}, left out ${leftOutText(leftOut)}`,
    ),
    fact("Iterations", countText(doneIterations(record)), `of ${countText(record.iterations)}`),
    seconds === undefined ? undefined : fact(
      "Time",
      durationText(seconds),
      `${isLastPiece(record) ? "since the last --resume, " : ""}on ${record.backend.name}`,
    ),
  ];
  return all.filter((one) => one !== undefined);
}

function fact(name: string, value: string, note: string): Html {
  return html`
    <div>
      <dt>${name}</dt>
      <dd>${value}<small>${note}</small></dd>
    </div>
  `;
}

function bestEvaluation(record: RunRecord): EvalRow | undefined {
  const rows = record.metrics.filter((row) => row.kind === "eval");
  return rows.reduce<EvalRow | undefined>(
    (best, row) => best && best.miou >= row.miou ? best : row,
    undefined,
  );
}
