/** Cases of whole modules: ResNet, ASPP head, MITrans. */
import type * as tf from "@tensorflow/tfjs-core";
import type { DecoderOptions, EncoderDepth, EncoderOptions } from "../config/model_options.ts";
import { asppBranches, decodeBranches } from "../model/decoder.ts";
import { encode, encoderSpecs } from "../model/encoder.ts";
import { ForwardPass } from "../model/forward_pass.ts";
import { mitrans } from "../model/mitrans.ts";
import { decoderSpecs, mitransSpecs } from "../model/parameter_specs.ts";
import { ParameterStore } from "../nn/parameters.ts";
import { Tape } from "../nn/tape.ts";
import type { CaseView } from "./case_view.ts";
import { featureMap, outside } from "./layouts.ts";
import { runModule } from "./module_run.ts";

function part(view: CaseView, pattern: RegExp): RegExpExecArray {
  const found = pattern.exec(view.name);
  if (found === null) throw new Error(`the case's name is "${view.name}", expected ${pattern}`);
  return found;
}

/** `mitrans/<case>`: widths follow from the weights; in `fn-method` the info names subsampling. */
export async function runMitrans(view: CaseView): Promise<void> {
  const [channels, inputs] = view.input("state/convs.0.conv.weight").shape as [number, number];
  const options = {
    channels,
    norm: view.has("state/convs.0.bn.weight"),
    concatInput: view.has("state/conv_cat.conv.weight"),
    subsample: view.info.subsample === true,
  };
  await runModule(view, {
    specs: mitransSpecs(options, inputs),
    prefix: "mitrans.",
    run: (pass, x) => mitrans(pass, x, options),
  });
}

/** Dilations from a name: `d1234` are digits, `d1_12_24_36` numbers. */
function dilationsOf(text: string): number[] {
  return (text.includes("_") ? text.split("_") : [...text]).map(Number);
}

/** `aspp/d<dilations>[_align]`. */
export async function runAspp(view: CaseView): Promise<void> {
  const [, dilations, align] = part(view, /^d(\d+(?:_\d+)*)(_align)?$/);
  const [classes, channels] = view.input("state/conv_seg.weight").shape as [number, number];
  const inputs = view.input("state/image_pool.1.conv.weight").shape[1]!;
  const options: DecoderOptions = {
    channels,
    dilations: dilationsOf(dilations!),
    dropout: 0,
    alignCorners: align !== undefined,
  };
  await runModule(view, {
    specs: decoderSpecs(options, inputs, classes),
    prefix: "decode_head.",
    run: (pass, x) => decodeBranches(pass, asppBranches(pass, x, options, [x.shape[0]!]), options)[0]!,
  });
}

/** `resnet/r<depth>_b<base>_s<size>`: the four stages with running statistics, then with the batch's. */
export async function runResnet(view: CaseView): Promise<void> {
  const [, depth, base] = part(view, /^r(\d+)_b(\d+)_s\d+$/);
  const options: EncoderOptions = {
    depth: Number(depth) as EncoderDepth,
    stem: "v1c",
    stemChannels: view.input("state/stem.6.weight").shape[0]!,
    baseChannels: Number(base),
    outputStride: 8,
    contractDilation: true,
  };
  const store = new ParameterStore(encoderSpecs(options), 0);
  store.load(new Map([...view.inputs("state/")].map(([name, tensor]) => [`backbone.${name}`, tensor])));
  const x = featureMap(view.input("in"));
  for (const mode of ["eval", "train"]) await putStages(view, store, x, mode, options);
  store.dispose();
  x.dispose();
}

async function putStages(
  view: CaseView,
  store: ParameterStore,
  x: tf.Tensor4D,
  mode: string,
  options: EncoderOptions,
): Promise<void> {
  const tape = new Tape({ observing: true, recording: false });
  const pass = new ForwardPass(tape, store, { training: mode === "train" });
  encode(pass, tape.constant(x), options);
  for (const [name, { value }] of tape.observations) {
    view.put(`${mode}/${name.replace("feat_", "")}`, await outside(value.tensor, "forward"));
  }
  tape.dispose();
}
