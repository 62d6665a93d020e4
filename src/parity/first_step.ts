/** Everything that is compared of a training case's first step. */
import type { StepResult } from "../method/guided_mix_step.ts";
import { distances, type PooledFeatures } from "../method/pairing.ts";
import { presentClasses } from "../method/scalar_losses.ts";
import type { StepDraws } from "../method/step_draws.ts";
import { inFileLayout } from "../nn/parameters.ts";
import type { Captured } from "./captured_step.ts";
import type { Produced } from "./comparison.ts";
import { numbersOf } from "./comparison.ts";
import { plain, zerosLike } from "./layouts.ts";
import type { Reasons, Results } from "./ledger.ts";
import { captureSums, holdsSums, putOwnGradients } from "./own_gradients.ts";
import { putOwnValues } from "./own_values.ts";
import type { TrainingSetup } from "./training_setup.ts";

/** Gradients of all parameters. One that only one side has is a difference too. */
async function putParameterGradients(
  setup: TrainingSetup,
  result: StepResult,
  results: Results,
): Promise<void> {
  const { ledger, network } = setup;
  for (const spec of network.parameters.specs()) {
    const name = `step1/grad/${spec.name}`;
    const gradient = result.gradients.get(spec.name);
    if (gradient === undefined) {
      if (ledger.has(name)) results.set(name, zerosLike(ledger.file.tensors.get(name)!, "gradient"));
      continue;
    }
    if (!ledger.has(name)) {
      ledger.complain(`${name}: a gradient flows here, expected none as in the reference`);
    }
    const turned = inFileLayout(spec, gradient);
    results.set(name, await plain(turned, "gradient"));
    turned.dispose();
  }
}

/** Whether a gradient is anything but zeros. */
function flows(gradient: Produced | undefined): boolean {
  return gradient !== undefined && Array.from(gradient.data).some((value) => value !== 0);
}

/** Elements of a batch one after another, times a factor. */
function scaled(tensor: Produced, factor: number): Produced {
  return { ...tensor, data: Float32Array.from(tensor.data, (value) => value * factor) };
}

/**
 * Gradients of what passed through. In the official graph the branches that are mixed are a copy of those that are
 * decoded, so that only the mix's share reaches `aspp_concat_l`.
 */
function putGradientsOf(setup: TrainingSetup, captured: Captured, draws: StepDraws, results: Results): void {
  const { ledger } = setup;
  const gradients = new Map(captured.gradients);
  const mixed = gradients.get("mixed");
  if (setup.official && mixed !== undefined) {
    gradients.set("aspp_concat_l", scaled(mixed, draws.mixCoefficient));
  }
  for (const name of ledger.names("step1/grad_of/")) {
    const found = gradients.get(name.slice("step1/grad_of/".length));
    results.set(name, found ?? zerosLike(ledger.file.tensors.get(name)!, "gradient"));
  }
  const unreached = setup.info.no_grad_reaches as string[] | undefined;
  for (const name of unreached ?? []) {
    if (flows(gradients.get(name))) ledger.complain(`step1/${name}: a gradient flows here, expected none`);
  }
}

/** Means over positions of `[N, C, H, W]`, in double precision. */
function pooled({ shape, data }: Produced, start: number, count: number): Produced {
  const [, c, h, w] = shape as [number, number, number, number];
  const size = h * w;
  const values = Float32Array.from({ length: count * c }, (_, i) => {
    const from = (start * c + i) * size;
    let sum = 0;
    for (let j = from; j < from + size; j++) sum += data[j]!;
    return sum / size;
  });
  return { kind: "forward", shape: [count, c], data: values };
}

function putPooled({ batch, recipe }: TrainingSetup, { values }: Captured, results: Results): void {
  const labeled = batch.labeled.shape[0];
  const sides = {
    l: pooled(values.get("feat_layer4")!, 0, labeled),
    u: pooled(values.get("feat_layer4")!, labeled, batch.unlabeled.shape[0]),
  };
  const [queries, keys] =
    (recipe.objective.pair.direction === "unlabeled" ? [sides.u, sides.l] : [sides.l, sides.u])
      .map((side): PooledFeatures => ({ values: side.data as Float32Array, count: side.shape[0]! })) as [
        PooledFeatures,
        PooledFeatures,
      ];
  const shape = [queries.count, keys.count];
  results.set("step1/distances", { kind: "forward", shape, data: distances(queries, keys) });
  for (const [side, tensor] of Object.entries(sides)) {
    const name = `step1/pooled_${side}`;
    if (!results.has(name)) results.set(name, tensor);
  }
}

/** What the restatement keeps of the labels: classes that are present, the partners' label maps. */
async function putLabelTensors(setup: TrainingSetup, draws: StepDraws, results: Results): Promise<void> {
  const { batch, network, recipe, ledger } = setup;
  const target = presentClasses(batch.labels, network.options.classes);
  results.set("step1/cla_target", await plain(target, "exact"));
  target.dispose();
  if (recipe.objective.dec.loss !== "ce" || draws.labeledPartners === undefined) return;
  const [n, h, w] = batch.labels.shape;
  const labels = numbersOf(ledger.file.tensors.get("in/gt")!);
  const data = draws.labeledPartners.flatMap((partner) =>
    Array.from({ length: h * w }, (_, i) => labels[partner * h * w + i]!)
  );
  results.set("step1/dec_target", { kind: "exact", shape: [n, h, w], data });
}

/** Results of the first step besides draws and losses. */
export async function putFirstStep(
  setup: TrainingSetup,
  { result, captured }: { readonly result: StepResult; readonly captured: Captured },
  draws: StepDraws,
  results: Results,
  reasons: Reasons,
): Promise<void> {
  for (const [name, value] of captured.values) results.set(`step1/${name}`, value);
  await putParameterGradients(setup, result, results);
  putPooled(setup, captured, results);
  await putLabelTensors(setup, draws, results);
  if (setup.official) {
    await putOwnValues(captured, draws, setup.recipe.objective.unsup.loss, results, reasons);
  }
  const sums = holdsSums(setup);
  if (sums) await putOwnGradients(setup, draws, results);
  putGradientsOf(setup, sums ? await captureSums(setup, draws) : captured, draws, results);
}
