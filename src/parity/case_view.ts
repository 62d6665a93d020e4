import type { Info, ReferenceTensor } from "./reference_folder.ts";
import type { Ledger, Reasons, Results } from "./ledger.ts";
import type { Produced } from "./comparison.ts";

/** One function case of a file: the tensors below a prefix, by the rest of their names. */
export class CaseView {
  /** What was computed, by full names. */
  readonly results: Results = new Map();
  /** Why a tensor is not compared, by full names. */
  readonly reasons: Reasons = new Map();

  /** The case below a prefix. @param prefix With a slash at its end */
  constructor(readonly ledger: Ledger, readonly prefix: string) {}

  /** The last part of the case's name. */
  get name(): string {
    return this.prefix.split("/").at(-2)!;
  }

  /** The case's options. */
  get info(): Info {
    return (this.ledger.file.info[this.prefix.slice(0, -1)] ?? {}) as Info;
  }

  /** Whether the case has a tensor of that name. */
  has(name: string): boolean {
    return this.ledger.has(this.prefix + name);
  }

  /** A tensor that the case reads. */
  input(name: string): ReferenceTensor {
    return this.ledger.input(this.prefix + name);
  }

  /** A tensor that is looked at, not read as input. */
  peek(name: string): ReferenceTensor {
    return this.ledger.file.tensors.get(this.prefix + name)!;
  }

  /** Tensors below a further prefix. */
  inputs(prefix: string): Map<string, ReferenceTensor> {
    return this.ledger.inputs(this.prefix + prefix);
  }

  /** A result of ours. */
  put(name: string, ours: Produced): void {
    this.results.set(this.prefix + name, ours);
  }

  /** A result that is not compared. */
  leaveOut(name: string, reason: string): void {
    this.reasons.set(this.prefix + name, reason);
  }
}

/** Runs one function case. */
export type CaseRunner = (view: CaseView) => void | Promise<void>;
