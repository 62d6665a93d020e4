/** What a reference lists of rectifiers and max pools that decide by rounding, in its training files. */
import { FormatError } from "../core/errors.ts";
import { numbersOf } from "./comparison.ts";
import { indices } from "./layouts.ts";
import type { EdgeInput } from "./edge_input.ts";
import type { Ledger } from "./ledger.ts";

const TAKEN =
  "where a gradient passes rectifiers and max pools that decide by rounding; taken from the reference";

/** Whether a file lists such inputs; folders made before the exporter did so have none. */
export function listsEdges({ tensors }: Ledger["file"]): boolean {
  return [...tensors.keys()].some((name) => /^step\d+\/edges\//.test(name));
}

/** Rows of a list, with the first column as a module's name. */
function rows(ledger: Ledger, step: number, kind: "rectifiers" | "max_pools", columns: number) {
  const { file } = ledger;
  const table = ledger.take(`step${step}/edges/${kind}`, TAKEN);
  const names = file.info[kind];
  const refuse = (state: string, rule: string) => {
    throw new FormatError(`Cannot run "${file.name}": step${step}/edges/${kind} ${state}, expected ${rule}`);
  };
  if (table.shape.length !== 2 || table.shape[1] !== columns) {
    refuse(`is [${table.shape}]`, `[n, ${columns}]`);
  }
  const numbers = indices(table);
  const seen = new Set<string>();
  return Array.from({ length: table.shape[0]! }, (_, i) => {
    const [number, call, ...places] = numbers.slice(i * columns, (i + 1) * columns) as [
      number,
      number,
      ...number[],
    ];
    const module: unknown = Array.isArray(names) ? names[number] : undefined;
    if (typeof module !== "string") refuse(`names number ${number}`, `a name in the info's "${kind}"`);
    const place = `${module} ${call} ${places[0]}`;
    if (seen.has(place)) {
      refuse(`lists "${module}", call ${call}, place ${places[0]} twice`, "every place once");
    }
    seen.add(place);
    return { module: module as string, call, places };
  });
}

/**
 * The inputs that a step lists.
 * @throws {FormatError} If a list is missing, has another form, names no module or a place twice
 */
export function readEdges(ledger: Ledger, step: number): EdgeInput[] {
  const rectifiers = rows(ledger, step, "rectifiers", 3);
  const values = numbersOf(ledger.take(`step${step}/edges/rectifier_inputs`, TAKEN));
  if (values.length !== rectifiers.length) {
    throw new FormatError(
      `Cannot run "${ledger.file.name}": step${step}/edges/rectifier_inputs has ${values.length} values, ` +
        `expected ${rectifiers.length} as there are rows in "rectifiers"`,
    );
  }
  const pools = rows(ledger, step, "max_pools", 4);
  return [
    ...rectifiers.map(({ places: [index], ...at }, i) => ({ ...at, index: index!, value: values[i]! })),
    ...pools.map(({ places: [window, index], ...at }) => ({ ...at, index: index!, window: window! })),
  ];
}

/**
 * What the official model calls a rectifier of ours: a module of its own behind a stem's norm, one for all of a residual
 * block, `activate` in mmcv's ConvModule. In PyTorch's port of EfficientNet-Lite one module serves a whole block: there it
 * is known by its norm.
 * @param name Of the norm, module or block that ends in it
 */
export function rectifierPath(name: string): string {
  if (name.startsWith("backbone._")) return name;
  const stem = /^backbone\.stem\.(\d+)$/.exec(name);
  if (stem !== null) return `backbone.stem.${Number(stem[1]) + 1}`;
  const backbone = /^(backbone(?:\.layer\d+\.\d+)?)(?:\.bn\d+)?$/.exec(name);
  return backbone === null ? `${name.replace(/\.bn$/, "")}.activate` : `${backbone[1]}.relu`;
}
