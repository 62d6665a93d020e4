import { TENSORFLOW_VERSION } from "../backends/library/found_library.ts";
import type { RunConfig } from "../config/run_config.ts";
import { VERSION } from "../core/version.ts";
import type { Dataset } from "../data/dataset.ts";
import { renderReport } from "../report/report_page.ts";
import type { OptionValue, RunRecord } from "../report/run_record.ts";
import type { EarlierPieces } from "./earlier_pieces.ts";
import type { Session } from "./open_session.ts";
import type { RunFolder } from "./run_folder.ts";

/** What a record is made of besides the run's results. */
export interface RunFacts {
  /** What was asked for. */
  readonly request: {
    readonly config: RunConfig;
    readonly command: string;
    readonly comparison?: RunRecord["comparison"];
  };
  /** The run's folder. */
  readonly folder: RunFolder;
  /** The data. */
  readonly dataset: Dataset;
  /** The backend. */
  readonly session: Session;
  /** Of this piece, ISO 8601. */
  readonly started: string;
  /** The pieces before; missing where there is none. */
  readonly earlier?: EarlierPieces;
}

/** What a run brought. */
export interface RunResults
  extends
    Pick<RunRecord, "metrics" | "evaluation" | "pictures" | "diagnosisPictures" | "pairs" | "findings"> {
  /** False when it was stopped. */
  readonly finished: boolean;
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).slice(-2).join("/").replace(/^runs\//, "");
}

/** Everything that the report page shows. */
export function runRecord(facts: RunFacts, { finished, ...results }: RunResults): RunRecord {
  const { request: { config, command, comparison }, folder, dataset, session, started, earlier } = facts;
  const { train, unlabeled, val, test, leftOut } = dataset;
  return {
    name: nameOf(folder.path),
    title: `${dataset.name}, ${config.recipe.name}`,
    recipe: config.recipe.name,
    seed: config.seed,
    command,
    started: earlier?.started ?? started,
    ...(earlier === undefined ? {} : { resumed: { at: started, secondsBefore: earlier.seconds } }),
    ...(finished ? { finished: new Date().toISOString() } : {}),
    iterations: config.iterations,
    backend: session.record,
    versions: {
      guidedmix: VERSION,
      deno: Deno.version.deno,
      ...(session.record.name === "tensorflow" ? { tensorflow: TENSORFLOW_VERSION } : {}),
    },
    options: JSON.parse(JSON.stringify(config)) as Record<string, OptionValue>,
    dataset: {
      name: dataset.name,
      classes: dataset.classes,
      colors: dataset.colors,
      counts: {
        labeled: train.length,
        unlabeled: unlabeled.length,
        val: val.length,
        test: test.length,
        ...(leftOut === undefined ? {} : { "left out": leftOut.length }),
      },
    },
    ...results,
    ...(comparison === undefined ? {} : { comparison }),
  };
}

/** Writes `report.html` and, for later reports and comparisons, the same as plain data. */
export async function writeReport(folder: RunFolder, record: RunRecord): Promise<void> {
  await folder.write("report.html", renderReport(record));
}
