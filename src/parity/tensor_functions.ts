/** Cases of tensor functions: resize, cross entropy, poly schedule. */
import { crossEntropy } from "../nn/cross_entropy.ts";
import { resizeBilinear } from "../nn/pool_and_resize.ts";
import { polyLearningRate } from "../train/schedule.ts";
import type { CaseView } from "./case_view.ts";
import { differentiate } from "./differentiate.ts";
import { featureMap, indices, inside, labelMap, outside, plain, row } from "./layouts.ts";

/** `resize/<from>_to_<to>_<align or half>`. */
export async function runResize(view: CaseView): Promise<void> {
  const [height, width] = view.input("cotangent").shape.slice(2) as [number, number];
  const alignCorners = view.name.endsWith("_align");
  const x = featureMap(view.input("in"));
  const cotangent = inside(view.input("cotangent"));
  await differentiate({ x }, (tape, { x }) => resizeBilinear(tape, x!, height, width, alignCorners), {
    seed: cotangent,
    async done(output, gradients) {
      view.put("out", await outside(output, "forward"));
      view.put("grad_in", await outside(gradients.x!, "gradient"));
    },
  });
  x.dispose();
}

/** `ce/<average>`; the prediction has the label map's size. */
export async function runCrossEntropy(view: CaseView): Promise<void> {
  const average = view.name === "avg_non_ignore" ? "labeled" : "all";
  const labels = labelMap(view.input("label"));
  const pred = featureMap(view.input("pred"));
  await differentiate({ pred }, (tape, { pred }) => crossEntropy(tape, pred!, labels, average), {
    async done(loss, gradients) {
      view.put("loss", await plain(loss, "loss"));
      view.put("grad", await outside(gradients.pred!, "gradient"));
    },
  });
  labels.dispose();
  pred.dispose();
}

/** `poly/max<N>`: the official configuration's schedule over N iterations. */
export function runPoly(view: CaseView): void {
  const schedule = {
    base: 0.01,
    minimum: 1e-4,
    power: 0.9,
    iterations: Number(view.name.slice("max".length)),
  };
  const rates = indices(view.input("iter")).map((iteration) => polyLearningRate(schedule, iteration));
  view.put("lr", row(rates, "schedule"));
}
