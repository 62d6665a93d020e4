/** Cases of the losses in `fn-method`. */
import * as tf from "@tensorflow/tfjs-core";
import { classificationLoss } from "../method/classification_loss.ts";
import { consistencyLoss } from "../method/consistency_loss.ts";
import { labeledMixLoss } from "../method/labeled_mix_loss.ts";
import { presentClasses } from "../method/scalar_losses.ts";
import { Tape, type Value } from "../nn/tape.ts";
import type { AnyTensor } from "../nn/tensors.ts";
import type { CaseView } from "./case_view.ts";
import { indices, inside, labelMap, outside, plain } from "./layouts.ts";
import { decoupleOptions, unsupervisedOptions } from "./recipe_from_info.ts";

type Tensors = Readonly<Record<string, AnyTensor>>;

/** As `differentiate`, with what the loss observes. */
async function observed(
  inputs: Tensors,
  f: (tape: Tape, values: Readonly<Record<string, Value>>) => Value,
  done: (loss: AnyTensor, gradients: Tensors, seen: (name: string) => AnyTensor) => Promise<void>,
): Promise<void> {
  const tape = new Tape({ observing: true });
  const names = Object.keys(inputs);
  const loss = f(tape, Object.fromEntries(names.map((name) => [name, tape.parameter(inputs[name]!)]))).hold();
  const taken = tape.backward(loss);
  const gradients = Object.fromEntries(
    names.map((name) => [name, taken.get(inputs[name]!) ?? tf.zerosLike(inputs[name]!)]),
  );
  await done(loss.tensor, gradients, (name) => tape.observations.get(name)!.value.tensor);
  loss.release();
  tf.dispose(gradients);
  tape.dispose();
}

function inputsOf(view: CaseView, names: readonly string[]): Tensors {
  return Object.fromEntries(names.map((name) => [name, inside(view.input(name))]));
}

/** Zeros of the reference stand for the constant side: there the gradient must be exactly zero. */
async function putGradients(view: CaseView, gradients: Tensors): Promise<void> {
  for (const [name, gradient] of Object.entries(gradients)) {
    const full = `grad_${name}`;
    const constant = view.has(full) && Array.from(view.peek(full).data, Number).every((value) => value === 0);
    view.put(full, await outside(gradient, constant ? "exact" : "gradient"));
  }
}

/** `usup/<loss>_<mode>_<space>_<target>`: either side constant. */
export async function runUnsupervised(view: CaseView): Promise<void> {
  const recipe = { decouple: decoupleOptions(view.info, "decouple"), unsup: unsupervisedOptions(view.info) };
  const pairs = { labeled: indices(view.input("pair_l")), unlabeled: indices(view.input("pair_u")) };
  const inputs = inputsOf(view, ["M_mix", "M_l", "M_u"]);
  const lambda = view.info.lam as number;
  await observed(
    inputs,
    (tape, { M_mix, M_l, M_u }) =>
      consistencyLoss(tape, { mixed: M_mix!, labeled: M_l!, unlabeled: M_u! }, pairs, lambda, recipe),
    async (loss, gradients, seen) => {
      view.put("loss", await plain(loss, "loss"));
      view.put("M_u_dec", await outside(seen("M_u_dec"), "forward"));
      await putGradients(view, gradients);
    },
  );
  tf.dispose(inputs);
}

/** `dec/<loss>_<mode>_<space>`. */
export async function runLabeledMix(view: CaseView): Promise<void> {
  const { info } = view;
  const dec = { ...decoupleOptions(info, "dec"), loss: info.dec as "mse" | "ce", weight: 1 };
  const labels = labelMap(view.input("label"));
  const partners = indices(view.input("perm"));
  const inputs = inputsOf(view, ["M_ll", "M_l"]);
  const pixels = { alignCorners: false, average: "all" } as const;
  await observed(
    inputs,
    (tape, { M_ll, M_l }) =>
      labeledMixLoss(
        tape,
        { mixed: M_ll!, labeled: M_l!, labels, partners },
        info.lam as number,
        dec,
        pixels,
      ),
    async (loss, gradients, seen) => {
      view.put("loss", await plain(loss, "loss"));
      view.put("M_ll_dec", await outside(seen("M_ll_dec"), "forward"));
      await putGradients(view, gradients);
    },
  );
  labels.dispose();
  tf.dispose(inputs);
}

/** `cla/<case>`: the weight lies transposed inside. */
export async function runClassifier(view: CaseView): Promise<void> {
  const labels = labelMap(view.input("label"));
  const { weight: stored, ...rest } = inputsOf(view, ["features", "weight", "bias"]);
  const inputs: Tensors = { ...rest, weight: tf.transpose(stored!) };
  await observed(
    inputs,
    (tape, { features, weight, bias }) =>
      classificationLoss(tape, features!, { weight: weight!, bias: bias! }, labels),
    async (loss, gradients, seen) => {
      const turned = tf.transpose(gradients.weight!);
      view.put("loss", await plain(loss, "loss"));
      view.put("logits", await plain(seen("cla_logits"), "forward"));
      await putGradients(view, { features: gradients.features!, bias: gradients.bias!, weight: turned });
      turned.dispose();
    },
  );
  const target = presentClasses(labels, rest.bias!.shape[0]!);
  view.put("target", await plain(target, "exact"));
  tf.dispose([labels, target, stored!]);
  tf.dispose(inputs);
}
