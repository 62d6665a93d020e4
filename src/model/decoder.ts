import type { DecoderOptions } from "../config/model_options.ts";
import { concatenate, sliceBatch } from "../nn/arithmetic.ts";
import { dropoutOfParts } from "../nn/dropout.ts";
import { globalAveragePool } from "../nn/pool_and_resize.ts";
import type { PooledMaps } from "../nn/pooled_convolution.ts";
import type { Value } from "../nn/tape.ts";
import { type Branches, combineBranches, joinBranches } from "./branches.ts";
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

/** The image pool's branch of each part, `[n, 1, 1, channels]`. */
function imagePool(pass: ForwardPass, x: Value, parts: BatchParts): Value[] {
  return pass.tape.scope(() => {
    const pooled = globalAveragePool(pass.tape, x);
    return partedModule(pass, "decode_head.image_pool.1", pooled, POINTWISE, parts);
  });
}

/** The branches of the dilations, joined, for each part. */
function dilatedBranches(pass: ForwardPass, x: Value, options: DecoderOptions, parts: BatchParts): Value[] {
  const { tape } = pass;
  return tape.scope(() => {
    const branches = options.dilations.map((dilation, i) => {
      const geometry = dilation === 1 ? POINTWISE : { stride: 1, dilation, padding: dilation };
      return partedModule(pass, `decode_head.aspp_modules.${i}`, x, geometry, parts);
    });
    return branches[0]!.map((_, part) => concatenate(tape, branches.map((branch) => branch[part]!), 3));
  });
}

/**
 * The ASPP branches (Chen et al. 2017, section 3.3; mmseg's ASPPHead): image pool first, then one branch a dilation.
 * @param x Encoder features `[N, h, w, C]`
 * @param parts Sizes of the parts of the batch that have statistics of their own (labeled, unlabeled); the
 * convolutions run over all of them at once
 * @param whole Joins the image pool's branch to the others at every position, to be looked at with its gradient
 * @returns `channels · (dilations + 1)` channels for each part; one part in all outside of training
 */
export function asppBranches(
  pass: ForwardPass,
  x: Value,
  options: DecoderOptions,
  parts: BatchParts,
  whole = false,
): Branches[] {
  const { tape } = pass;
  const make = () => {
    const pooled = imagePool(pass, x, parts);
    return dilatedBranches(pass, x, options, parts).map((maps, part) => ({ maps, pooled: pooled[part] }));
  };
  // in bfloat16 cutting the kernel in two costs more time than the narrower convolution saves
  if (!whole && tape.precision === "float32") return make();
  return tape.scope(() => make().map((one) => joinBranches(tape, one))).map((maps) => ({ maps }));
}

/** The 3×3 convolution of a decoder's bottleneck. */
function reduce(pass: ForwardPass, head: Head, branches: readonly Branches[]): Value[] {
  const name = `${head}.bottleneck.conv`;
  const apart = branches.filter((one): one is PooledMaps => one.pooled !== undefined);
  return apart.length === branches.length
    ? pass.pooledConvolution(name, apart, AROUND)
    : branches.map((one) => pass.convolution(name, joinBranches(pass.tape, one), AROUND));
}

/** Bottleneck of each of the branches, each normalized for itself. */
function bottleneck(pass: ForwardPass, head: Head, branches: readonly Branches[]): Value[] {
  return pass.tape.scope(() =>
    reduce(pass, head, branches).map((map) => pass.norm(`${head}.bottleneck.bn`, map, true))
  );
}

/** The same by one convolution over all of them. */
function bottleneckAtOnce(pass: ForwardPass, head: Head, branches: readonly Branches[]): Value[] {
  const { tape } = pass;
  return tape.scope(() => {
    const all = combineBranches(branches, (parts) => concatenate(tape, parts, 0));
    const [map] = reduce(pass, head, [all]);
    return split(pass, map!, branches.map(({ maps }) => maps.shape[0]!))
      .map((part) => pass.norm(`${head}.bottleneck.bn`, part, true));
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
  branches: readonly Branches[],
  options: DecoderOptions,
  apart = false,
): Value[] {
  const { tape } = pass;
  return tape.scope(() => {
    if (apart || branches.length === 1) {
      return classify(pass, "decode_head", bottleneck(pass, "decode_head", branches), options.dropout);
    }
    const joined = concatenate(tape, bottleneckAtOnce(pass, "decode_head", branches), 0);
    const parts = branches.map(({ maps }) => maps.shape[0]!);
    return split(pass, classify(pass, "decode_head", [joined], options.dropout)[0]!, parts);
  });
}

/** What a pixel classifier reads and says. */
export type Decoded = {
  /** The bottleneck's output `[n, h, w, channels]`, rectified. */
  readonly features: Value;
  /** Logits at feature size `[n, h, w, K]`, without dropout and without gradient. */
  readonly logits: Value;
};

/**
 * Bottleneck and pixel classifier of the labeled decoder, for what else reads the bottleneck's features.
 * @param branches From `asppBranches`
 */
export function decodeWithFeatures(pass: ForwardPass, branches: Branches): Decoded {
  const [features] = bottleneck(pass, "decode_head", [branches]);
  const { tape } = pass;
  const logits = tape.withoutGradient(() => classify(pass, "decode_head", [features!], 0)[0]!);
  return { features: features!, logits };
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
 * @param mixed Mixed branches, or what MITrans made of them
 * @returns M_mix, logits at feature size `[N, h, w, K]`; the bottleneck's output is observed as `mix_bottleneck`
 */
export function decodeMixed(pass: ForwardPass, mixed: Branches, options: DecoderOptions): Value {
  return pass.tape.scope(() => {
    const [map] = bottleneck(pass, "decode_head_mix", [mixed]);
    pass.tape.observe("mix_bottleneck", map!);
    return classify(pass, "decode_head_mix", [map!], options.dropout)[0]!;
  });
}
