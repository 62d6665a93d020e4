import type { StoredTensor } from "../formats/stored_tensor.ts";
import { ForwardPass } from "../model/forward_pass.ts";
import { inFileLayout, ParameterStore } from "../nn/parameters.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import { Tape, type Value } from "../nn/tape.ts";
import type { CaseView } from "./case_view.ts";
import { inside, outside, plain, zerosLike } from "./layouts.ts";

/** A module under test. */
export interface ModuleRun {
  /** Its parameters, as in the whole network. */
  readonly specs: readonly ParameterSpec[];
  /** Put before the case's names of parameters: `decode_head.`. */
  readonly prefix: string;
  /** The module itself. */
  run(pass: ForwardPass, x: Value): Value;
}

function loaded(view: CaseView, { specs, prefix }: ModuleRun): ParameterStore {
  const store = new ParameterStore(specs, 0);
  const state = new Map<string, StoredTensor>();
  for (const [name, tensor] of view.inputs("state/")) state.set(prefix + name, tensor);
  const missing = new Set(store.names());
  store.load(state).forEach((name) => missing.delete(name));
  if (missing.size > 0) {
    store.dispose();
    throw new Error(`the case's state lacks ${[...missing].join(", ")}`);
  }
  return store;
}

async function putGradients(
  view: CaseView,
  store: ParameterStore,
  prefix: string,
  taken: Map<unknown, Value["tensor"]>,
) {
  for (const spec of store.specs()) {
    const name = `grad/${spec.name.slice(prefix.length)}`;
    if (!view.has(name)) continue;
    const gradient = taken.get(store.tensor(spec.name));
    if (gradient === undefined) {
      view.put(name, zerosLike(view.input(name), "gradient"));
      continue;
    }
    const turned = inFileLayout(spec, gradient);
    view.put(name, await plain(turned, "gradient"));
    turned.dispose();
  }
}

async function putStatistics(view: CaseView, store: ParameterStore, prefix: string): Promise<void> {
  for (const { name, kind } of store.specs()) {
    if (kind === "statistic") {
      view.put(`state_after/${name.slice(prefix.length)}`, await plain(store.tensor(name), "statistic1"));
    }
  }
}

/** A module in training mode: output, gradients of Σ output · cotangent, running statistics afterwards. */
export async function runModule(view: CaseView, module: ModuleRun): Promise<void> {
  const store = loaded(view, module);
  const x = inside(view.input("in"));
  const tape = new Tape();
  const pass = new ForwardPass(tape, store, { training: true });
  const output = tape.scope(() => module.run(pass, tape.parameter(x)));
  view.put("out", await outside(output.tensor, "forward"));
  const taken = tape.backwardFrom([[output, inside(view.input("cotangent"))]]);
  view.put("grad_in", await outside(taken.get(x)!, "gradient"));
  await putGradients(view, store, module.prefix, taken);
  await putStatistics(view, store, module.prefix);
  for (const gradient of taken.values()) gradient.dispose();
  tape.dispose();
  store.dispose();
  x.dispose();
}
