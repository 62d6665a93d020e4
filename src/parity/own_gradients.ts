/** Gradients of the exporter's further losses, and the sums that its retained gradients hold in the same files. */
import type { StepDraws } from "../method/step_draws.ts";
import { type Objective, objective } from "../method/objective.ts";
import { linearCombination } from "../nn/arithmetic.ts";
import { inFileLayout } from "../nn/parameters.ts";
import { Tape, type Value } from "../nn/tape.ts";
import { capture, type Captured } from "./captured_step.ts";
import { plain } from "./layouts.ts";
import type { Results } from "./ledger.ts";
import { otherLosses } from "./own_values.ts";
import { referenceDecisions } from "./reference_decisions.ts";
import { startNetwork, type TrainingSetup } from "./training_setup.ts";

const PREFIX = "own/grad_ce_";
const EXTRA_LOSSES = ["mse_soft", "mse_hard", "focal_argmax"] as const;

/** Whether a file's `step1/grad_of/*` are sums with three further backward passes. */
export function holdsSums(setup: TrainingSetup): boolean {
  return setup.ledger.names(PREFIX).length > 0;
}

type ExtraLosses = Readonly<Record<string, () => Value>>;

/** Runs the first step's objective on a fresh network, and gradients of a loss made of its parts. */
async function runFresh(
  setup: TrainingSetup,
  draws: StepDraws,
  build: (tape: Tape, parts: Objective, losses: ExtraLosses) => Value,
): Promise<{ captured: Captured; gradients: Results }> {
  const { network } = startNetwork(setup.ledger);
  const decisions = referenceDecisions(setup.ledger, 1);
  const tape = new Tape({ observing: true, decisions });
  const parts = await objective(tape, network, setup.batch, draws, { recipe: setup.recipe, ramp: 1 });
  const seen = (name: string) => tape.observations.get(name)!.value;
  const predictions = {
    mixed: seen("M_mix"),
    labeled: seen("M_l"),
    unlabeled: seen("M_u"),
    decoupled: seen("M_u_dec"),
  };
  const taken = tape.backward(build(tape, parts, otherLosses(tape, predictions, draws)));
  const gradients: Results = new Map();
  for (const spec of network.parameters.specs()) {
    const gradient = taken.get(network.parameters.tensor(spec.name));
    if (gradient === undefined) continue;
    const turned = inFileLayout(spec, gradient);
    gradients.set(spec.name, await plain(turned, "gradient"));
    turned.dispose();
    gradient.dispose();
  }
  const captured = await capture(tape.observations);
  tape.dispose();
  decisions?.dispose();
  network.dispose();
  return { captured, gradients };
}

/** Results `own/grad_ce_<loss>/<parameter>`: gradients of the cross entropy plus one loss. */
export async function putOwnGradients(
  setup: TrainingSetup,
  draws: StepDraws,
  results: Results,
): Promise<void> {
  for (const name of EXTRA_LOSSES) {
    const { gradients } = await runFresh(
      setup,
      draws,
      (tape, { terms }, losses) => linearCombination(tape, [[1, terms.ce!], [1, losses[name]!()]]),
    );
    for (const [parameter, gradient] of gradients) results.set(`${PREFIX}${name}/${parameter}`, gradient);
  }
}

/** What passed through the first step, with gradients of total + 3 · L_ce + the three losses. */
export async function captureSums(setup: TrainingSetup, draws: StepDraws): Promise<Captured> {
  const { captured } = await runFresh(
    setup,
    draws,
    (tape, { total, terms }, losses) =>
      linearCombination(tape, [
        [1, total],
        [3, terms.ce!],
        ...EXTRA_LOSSES.map((name) => [1, losses[name]!()] as const),
      ]),
  );
  return captured;
}
