/** Rectifier inputs of a reference that stand at 0 up to rounding, as its training files list them. */
import { FormatError } from "../core/errors.ts";
import { indices } from "./layouts.ts";
import type { Ledger } from "./ledger.ts";
import { numbersOf } from "./comparison.ts";

/** One such input. */
export interface EdgeInput {
  /** Module path of its rectifier in the official model: `backbone.layer1.0.relu`. */
  readonly rectifier: string;
  /** Which call of it in the step, from 0. */
  readonly call: number;
  /** Row-major in the input's `[N, C, H, W]`. */
  readonly index: number;
  /** The reference's value; its gradient passes where that is above 0. */
  readonly input: number;
}

const TAKEN =
  "whether a gradient passes a rectifier whose input is 0 up to rounding; taken from the reference";

/** Whether a file lists such inputs; folders made before the exporter did so have none. */
export function listsEdges({ tensors }: Ledger["file"]): boolean {
  return [...tensors.keys()].some((name) => /^step\d+\/edges\//.test(name));
}

function refuse(ledger: Ledger, step: number, state: string, rule: string): never {
  throw new FormatError(`Cannot run "${ledger.file.name}": step${step}/edges ${state}, expected ${rule}`);
}

/**
 * The inputs that a step lists.
 * @throws {FormatError} If the lists are missing or do not fit each other
 */
export function readEdges(ledger: Ledger, step: number): EdgeInput[] {
  const places = ledger.take(`step${step}/edges/places`, TAKEN);
  const inputs = ledger.take(`step${step}/edges/inputs`, TAKEN);
  const names = ledger.file.info.rectifiers;
  if (!Array.isArray(names)) return refuse(ledger, step, "is there without names", 'info "rectifiers"');
  const [rows, values] = [indices(places), numbersOf(inputs)];
  const count = places.shape[0]!;
  if (places.shape[1] !== 3 || inputs.shape.join() !== `${count}`) {
    refuse(ledger, step, `is [${places.shape}] beside [${inputs.shape}]`, "[n, 3] beside [n]");
  }
  return Array.from({ length: count }, (_, i) => {
    const [rectifier, call, index] = rows.slice(3 * i, 3 * i + 3) as [number, number, number];
    const name: unknown = names[rectifier];
    if (typeof name !== "string") {
      return refuse(ledger, step, `names rectifier ${rectifier}`, "a name of info");
    }
    return { rectifier: name, call, index, input: values[i]! };
  });
}

/**
 * What the official model calls a rectifier of ours: a module of its own behind a stem's norm, one for all three of a
 * residual block, `activate` in mmcv's ConvModule.
 * @param name Of the norm, module or block that ends in it
 */
export function rectifierPath(name: string): string {
  const stem = /^backbone\.stem\.(\d+)$/.exec(name);
  if (stem !== null) return `backbone.stem.${Number(stem[1]) + 1}`;
  const backbone = /^(backbone(?:\.layer\d+\.\d+)?)(?:\.bn\d+)?$/.exec(name);
  return backbone === null ? `${name.replace(/\.bn$/, "")}.activate` : `${backbone[1]}.relu`;
}
