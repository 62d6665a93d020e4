import { FormatError } from "../core/errors.ts";
import { compareTensors, type Comparison, type Produced } from "./comparison.ts";
import type { EdgeDecision, EdgeFindings } from "./edge_findings.ts";
import type { ReferenceFile, ReferenceTensor } from "./reference_folder.ts";

/** What became of a tensor of a reference. */
export type Fate =
  /** Held beside ours. */
  | { readonly as: "compared"; readonly comparison: Comparison }
  /** Went into a computation: images, start values, cotangents. */
  | { readonly as: "input" }
  /** A result of the official code that cannot be repeated and was taken over. */
  | { readonly as: "taken"; readonly reason: string }
  /** Neither compared nor used. */
  | { readonly as: "left out"; readonly reason: string };

/** Gradients that are zero by analysis, see the table of tolerances. */
const CANCELLING = /grad\w*\/.*nl_block\.(g|phi)\.conv\.bias$/;

/** Decisions at an edge in a training case. */
export interface EdgeSummary {
  /** Inputs that the reference lists, in all steps. */
  readonly listed: number;
  /** Those at which ours would have decided otherwise: the reference's decision was taken. */
  readonly taken: readonly EdgeDecision[];
}

/** Results of a case by tensor name. */
export type Results = Map<string, Produced>;

/** Why tensors of a case are not compared, by tensor name. */
export type Reasons = Map<string, string>;

/** What becomes of every tensor of a file: nothing is left out silently. */
export class Ledger {
  #fates = new Map<string, Fate>();
  #complaints: string[] = [];
  #edges: EdgeSummary | undefined;

  /** Nothing became of anything yet. */
  constructor(readonly file: ReferenceFile) {}

  /** Whether the file has a tensor of that name. */
  has(name: string): boolean {
    return this.file.tensors.has(name);
  }

  /** Names that begin with `prefix`. */
  names(prefix = ""): string[] {
    return [...this.file.tensors.keys()].filter((name) => name.startsWith(prefix));
  }

  /** A tensor that a case reads. @throws {FormatError} If the file lacks it */
  input(name: string): ReferenceTensor {
    const tensor = this.file.tensors.get(name);
    if (tensor === undefined) {
      throw new FormatError(
        `Cannot run "${this.file.name}": tensor "${name}" is missing, expected it as input`,
      );
    }
    if (!this.#fates.has(name)) this.#fates.set(name, { as: "input" });
    return tensor;
  }

  /** Tensors whose names begin with `prefix`, as inputs, by the rest of their names. */
  inputs(prefix: string): Map<string, ReferenceTensor> {
    return new Map(this.names(prefix).map((name) => [name.slice(prefix.length), this.input(name)]));
  }

  /** A result that cannot be repeated and is used as it is. */
  take(name: string, reason: string): ReferenceTensor {
    const tensor = this.input(name);
    this.#fates.set(name, { as: "taken", reason });
    return tensor;
  }

  /** Compares what the file holds of the results; notes the rest of the reasons. */
  settle(results: Results, reasons: Reasons = new Map()): void {
    for (const [name, ours] of results) {
      const reference = this.file.tensors.get(name);
      if (reference === undefined) continue;
      this.#fates.set(name, { as: "compared", comparison: this.#compare(name, reference, ours) });
    }
    for (const [name, reason] of reasons) this.leaveOut(name, reason);
  }

  /** Notes why a tensor is not compared. */
  leaveOut(name: string, reason: string): void {
    if (this.has(name)) this.#fates.set(name, { as: "left out", reason });
  }

  /** Notes something wrong that is no difference between two tensors; the case fails. */
  complain(text: string): void {
    this.#complaints.push(text);
  }

  /** What `complain` noted. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Adds what became of a step's decisions at an edge. */
  noteEdges({ listed, taken, complaints }: EdgeFindings): void {
    const before = this.#edges ?? { listed: 0, taken: [] };
    this.#edges = { listed: before.listed + listed, taken: [...before.taken, ...taken] };
    complaints.forEach((text) => this.complain(text));
  }

  /** What `noteEdges` added; nothing where the file has no lists. */
  get edges(): EdgeSummary | undefined {
    return this.#edges;
  }

  /** Notes a reason for all tensors under a prefix that nothing became of yet. */
  leaveOutRest(prefix: string, reason: string): void {
    for (const name of this.names(prefix)) if (!this.#fates.has(name)) this.leaveOut(name, reason);
  }

  #compare(name: string, reference: ReferenceTensor, ours: Produced): Comparison {
    if (ours.kind !== "gradient" || !CANCELLING.test(name)) return compareTensors(name, reference, ours);
    const weights = this.file.tensors.get(name.replace(/bias$/, "weight"));
    return compareTensors(name, reference, { ...ours, kind: "cancelling" }, weights);
  }

  /** The fate of every tensor. Call `leaveOutRest` before. */
  fates(): ReadonlyMap<string, Fate> {
    return this.#fates;
  }
}
