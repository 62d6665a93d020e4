import { runAspp, runMitrans, runResnet } from "./module_cases.ts";
import type { CaseRunner } from "./case_view.ts";
import { runFocal, runFocalCuda } from "./focal_cases.ts";
import { METHOD_CASES } from "./method_cases.ts";
import { runCrossEntropy, runPoly, runResize } from "./tensor_functions.ts";

/** Beginnings of the tensors' names and what runs such a case, the longest first. */
const RUNNERS: readonly (readonly [string, CaseRunner])[] = [
  ["focal/own/", runFocalCuda],
  ["focal/", runFocal],
  ["resize/", runResize],
  ["resnet/", runResnet],
  ["aspp/", runAspp],
  ["mitrans/", runMitrans],
  ["ce/", runCrossEntropy],
  ["poly/", runPoly],
  ...Object.entries(METHOD_CASES).map(([name, runner]) => [`method/${name}/`, runner] as const),
];

/** A function case of a file: `prefix` ends in a slash, `run` is missing where the kind is unknown. */
export interface FunctionCase {
  /** Beginning of its tensors' names. */
  readonly prefix: string;
  /** Computes it. */
  readonly run?: CaseRunner;
}

/** The cases that a file's tensor names tell of. */
export function functionCases(names: readonly string[]): FunctionCase[] {
  const cases = new Map<string, FunctionCase>();
  for (const name of names) {
    const [kind, run] = RUNNERS.find(([begin]) => name.startsWith(begin)) ?? ["", undefined];
    const rest = name.slice(kind.length).split("/");
    const prefix = `${kind}${rest[0]}/`;
    cases.set(prefix, { prefix, run: rest.length > 1 ? run : undefined });
  }
  return [...cases.values()];
}
