/** Cases of the focal loss: `focal/<case>` of the CPU's branch, `focal/own/cuda_<case>` of the CUDA operator. */
import * as tf from "@tensorflow/tfjs-core";
import { focalHard, type FocalOptions, focalSoft, OFFICIAL_FOCAL } from "../method/focal_loss.ts";
import type { Tape, Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { CaseView } from "./case_view.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { numbersOf } from "./comparison.ts";
import { differentiate } from "./differentiate.ts";
import { indices, inside, outside, plain } from "./layouts.ts";
import type { Info } from "./reference_folder.ts";

const KNOWN_OPTIONS = ["gamma", "alpha", "class_weight", "reduction", "loss_weight"];

/** The official class's options; its defaults are not those of its configuration. */
function focalOptions(info: Info): FocalOptions {
  const unknown = Object.keys(info).filter((name) => !KNOWN_OPTIONS.includes(name));
  if (unknown.length > 0) {
    throw new Error(`the case has option ${unknown.join(", ")}, expected ${KNOWN_OPTIONS}`);
  }
  return {
    gamma: (info.gamma as number | undefined) ?? 2,
    alpha: (info.alpha as number | number[] | undefined) ?? 0.5,
    classWeight: info.class_weight as number[] | undefined,
    reduction: (info.reduction as FocalOptions["reduction"] | undefined) ?? "mean",
    weight: (info.loss_weight as number | undefined) ?? 1,
    clampLog: false,
  };
}

function indexTensor(stored: StoredTensor): AnyTensor {
  return tf.tensor(Int32Array.from(indices(stored)), stored.shape as number[], "int32");
}

function nonFinite(stored: StoredTensor): number {
  return Array.from(numbersOf(stored)).filter((value) => !Number.isFinite(value)).length;
}

async function runLoss(
  view: CaseView,
  pred: StoredTensor,
  f: (tape: Tape, x: Value) => Value,
): Promise<void> {
  const x = inside(pred);
  try {
    await differentiate({ x }, (tape, values) => f(tape, values.x!), {
      async done(loss, gradients) {
        view.put("loss", loss.rank > 1 ? await outside(loss, "loss") : await plain(loss, "loss"));
        view.put("grad", await outside(gradients.x!, "gradient"));
      },
    });
  } finally {
    x.dispose();
  }
}

/** Where the official code gives NaN, ours is expected to refuse. */
async function runSoft(
  view: CaseView,
  pred: StoredTensor,
  target: StoredTensor,
  options: FocalOptions,
): Promise<void> {
  const constant = inside(target);
  try {
    await runLoss(view, pred, (tape, x) => focalSoft(tape, x, constant, options));
  } catch (error) {
    const count = nonFinite(view.input("loss"));
    if (!(error instanceof RangeError) || count === 0) throw error;
    for (const name of ["loss", "grad"]) {
      view.leaveOut(name, `${count} of the reference's losses are NaN; refused here: ${error.message}`);
    }
  } finally {
    constant.dispose();
  }
}

/** `focal/<case>`: soft targets, or class indices. */
export async function runFocal(view: CaseView): Promise<void> {
  const [pred, target] = [view.input("pred"), view.input("target")];
  const options = focalOptions(view.info);
  if (target.dtype !== "int64") return runSoft(view, pred, target, options);
  const classes = indexTensor(target);
  await runLoss(view, pred, (tape, x) => focalHard(tape, x, classes, options));
  classes.dispose();
}

/** `focal/own/cuda_<case>`: prediction and target are those of `focal/<case>`; a soft target's argmax counts. */
export async function runFocalCuda(view: CaseView): Promise<void> {
  const source = `focal/${view.name.replace(/^cuda_/, "")}/`;
  const [pred, target] = ["pred", "target"].map((name) => view.ledger.input(source + name)) as [
    StoredTensor,
    StoredTensor,
  ];
  const classes = target.dtype === "int64"
    ? indexTensor(target)
    : tf.tidy(() => tf.argMax(inside(target), -1));
  await runLoss(view, pred, (tape, x) => focalHard(tape, x, classes, OFFICIAL_FOCAL));
  classes.dispose();
}
