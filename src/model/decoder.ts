import type { DecoderOptions } from "../config/model_options.ts";
import { concatenate, sliceBatch } from "../nn/arithmetic.ts";
import { dropoutOfParts } from "../nn/dropout.ts";
import { globalAveragePool, resizeBilinear } from "../nn/pool_and_resize.ts";
import type { Value } from "../nn/tape.ts";
import { POINTWISE } from "./encoder.ts";
import type { ForwardPass } from "./forward_pass.ts";

const AROUND = { stride: 1, dilation: 1, padding: 1 };

/** The parts of a batch that are normalized apart from each other, by their sizes in order. */
export type BatchParts = readonly number[];

/** Convolution over the whole batch, then norm and rectifier for each part by its own statistics. */
function partedModule(
  pass: ForwardPass,
  name: string,
  x: Value,
  geometry: { stride: number; dilation: number; padding: number },
  parts: BatchParts,
): Value[] {
  const { tape } = pass;
  const outputs = tape.scope(() => {
    const map = pass.convolution(`${name}.conv`, x, geometry);
    return split(pass, map, parts).map((part) => pass.norm(`${name}.bn`, part, true));
  });
  return outputs;
}

/** Cuts a batch into its parts; the whole one stays as it is. */
export function split(pass: ForwardPass, x: Value, parts: BatchParts): Value[] {
  if (!pass.options.training || parts.length === 1) return [x];
  let start = 0;
  return parts.map((count) => {
    const part = sliceBatch(pass.tape, x, start, count);
    start += count;
    return part;
  });
}

function imagePool(pass: ForwardPass, x: Value, options: DecoderOptions, parts: BatchParts): Value[] {
  const [, h, w] = x.shape as [number, number, number];
  const { tape } = pass;
  return tape.scope(() => {
    const pooled = globalAveragePool(tape, x);
    return partedModule(pass, "decode_head.image_pool.1", pooled, POINTWISE, parts)
      .map((part) => resizeBilinear(tape, part, h, w, options.alignCorners));
  });
}

/**
 * The concatenated ASPP branches (Chen et al. 2017, section 3.3; mmseg's ASPPHead): image pool first, then one branch
 * a dilation.
 * @param x Encoder features `[N, h, w, C]`
 * @param parts Sizes of the parts of the batch that have statistics of their own (labeled, unlabeled); the
 * convolutions run over all of them at once
 * @returns One `[n, h, w, channels · (dilations + 1)]` for each part; one in all outside of training
 */
export function asppBranches(
  pass: ForwardPass,
  x: Value,
  options: DecoderOptions,
  parts: BatchParts,
): Value[] {
  const { tape } = pass;
  return tape.scope(() => {
    const branches = [imagePool(pass, x, options, parts)];
    options.dilations.forEach((dilation, i) => {
      const geometry = dilation === 1 ? POINTWISE : { stride: 1, dilation, padding: dilation };
      branches.push(partedModule(pass, `decode_head.aspp_modules.${i}`, x, geometry, parts));
    });
    return branches[0]!.map((_, part) => concatenate(tape, branches.map((branch) => branch[part]!), 3));
  });
}

/**
 * Bottleneck, dropout and pixel classifier of the labeled decoder.
 * @param branches From `asppBranches`, one a part
 * @param apart Convolves each part for itself: as fast forward, and a part into which no gradient flows costs none.
 * The numbers are the same
 * @returns Logits at feature size `[n, h, w, K]`, one a part
 */
export function decodeBranches(
  pass: ForwardPass,
  branches: readonly Value[],
  options: DecoderOptions,
  apart = false,
): Value[] {
  const { tape } = pass;
  return tape.scope(() => {
    if (apart) {
      const maps = branches.map((branch) => pass.module("decode_head.bottleneck", branch, AROUND));
      return classify(pass, "decode_head", maps, options.dropout);
    }
    const whole = branches.length === 1 ? branches[0]! : concatenate(tape, branches, 0);
    const parts = branches.map((branch) => branch.shape[0]!);
    const maps = partedModule(pass, "decode_head.bottleneck", whole, AROUND, parts);
    const joined = maps.length === 1 ? maps[0]! : concatenate(tape, maps, 0);
    return split(pass, classify(pass, "decode_head", [joined], options.dropout)[0]!, parts);
  });
}

type Head = "decode_head" | "decode_head_mix";

/** Logits of the parts of one batch. */
function classify(pass: ForwardPass, head: Head, maps: readonly Value[], dropout: number): Value[] {
  const { random, training, rows } = pass.options;
  if (training && dropout > 0 && random === undefined) {
    throw new RangeError(
      `Cannot drop channels: no random stream was given, expected one for dropout ${dropout}`,
    );
  }
  const count = maps.reduce((sum, map) => sum + map.shape[0]!, 0);
  const kept = training && dropout > 0
    ? dropoutOfParts(pass.tape, maps, dropout, random!, rows?.(head, count))
    : maps;
  return kept.map((map) => pass.convolution(`${head}.conv_seg`, map, POINTWISE));
}

/**
 * The mix decoder: bottleneck and pixel classifier with weights of their own. Training only.
 * @param mixed Mixed branches, or what MITrans made of them, `[N, h, w, C]`
 * @returns M_mix, logits at feature size `[N, h, w, K]`; the bottleneck's output is observed as `mix_bottleneck`
 */
export function decodeMixed(pass: ForwardPass, mixed: Value, options: DecoderOptions): Value {
  return pass.tape.scope(() => {
    const map = pass.module("decode_head_mix.bottleneck", mixed, AROUND);
    pass.tape.observe("mix_bottleneck", map);
    return classify(pass, "decode_head_mix", [map], options.dropout)[0]!;
  });
}
