/**
 * The unlabeled objectives: what a training step does with unlabeled images. Each has options of its own in a file beside
 * this one and its code in `src/method/objectives`; a new one is those two files and a row in the table of each folder.
 */
import { z } from "zod";
import { oneOf, options } from "../schema_rules.ts";
import { CCT, type CctOptions, cctProblems } from "./cct.ts";
import { CUTMIX_SEG, type CutMixSegOptions, cutMixSegProblems } from "./cutmix_seg.ts";
import { STRONG_VIEWS, type StrongViewsOptions, strongViewsProblems } from "./strong_views.ts";
import { BOXES, type BoxesOptions, boxesProblems } from "./boxes.ts";
import { GUIDED_MIX, type GuidedMixOptions, guidedMixProblems } from "./guided_mix.ts";

/** No unlabeled images: L_ce alone. */
export interface SupervisedOptions {
  /** Names the objective. */
  readonly kind: "supervised";
}

/** What is done with unlabeled images, by `kind`. */
export type ObjectiveOptions =
  | SupervisedOptions
  | GuidedMixOptions
  | BoxesOptions
  | StrongViewsOptions
  | CutMixSegOptions
  | CctOptions;

/** Names of the objectives. */
export type ObjectiveKind = ObjectiveOptions["kind"];

/** The options of the objective of a kind. */
export type OptionsOf<K extends ObjectiveKind> = Extract<ObjectiveOptions, { readonly kind: K }>;

/** What is known of the options of an objective. */
interface Entry<O> {
  readonly schema: z.ZodType<O>;
  /** What is out of range or does not fit together. */
  problems(options: O): string[];
}

const ENTRIES: { readonly [K in ObjectiveKind]: Entry<OptionsOf<K>> } = {
  supervised: { schema: options({ kind: oneOf(["supervised"]) }), problems: () => [] },
  "guided-mix": { schema: GUIDED_MIX, problems: guidedMixProblems },
  boxes: { schema: BOXES, problems: boxesProblems },
  "strong-views": { schema: STRONG_VIEWS, problems: strongViewsProblems },
  "cutmix-seg": { schema: CUTMIX_SEG, problems: cutMixSegProblems },
  cct: { schema: CCT, problems: cctProblems },
};

const KINDS = Object.keys(ENTRIES).map((kind) => JSON.stringify(kind)).join(", ");

/** The schema of any objective's options. */
export const OBJECTIVE = z.discriminatedUnion(
  "kind",
  Object.values(ENTRIES).map(({ schema }) => schema) as unknown as [z.ZodObject, z.ZodObject],
  { error: (issue) => issue.code === "invalid_union" ? `one of ${KINDS}` : "a table" },
) as unknown as z.ZodType<ObjectiveOptions>;

/** What of an objective's options is out of range or does not fit together; nothing where all is well. */
export function objectiveProblems(objective: ObjectiveOptions): string[] {
  const entry = ENTRIES[objective.kind] as Entry<ObjectiveOptions>;
  return entry.problems(objective);
}

/** Names of the tables that any objective has, such as `mix` or `unsup`. */
export const OBJECTIVE_TABLES: readonly string[] = [
  ...new Set(Object.values(ENTRIES).flatMap(({ schema }) => tableNames(schema as unknown as z.ZodObject))),
];

function tableNames({ shape }: z.ZodObject): string[] {
  return Object.entries(shape).filter(([, part]) => part instanceof z.ZodObject).map(([name]) => name);
}
