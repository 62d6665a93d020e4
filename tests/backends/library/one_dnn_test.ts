import assert from "node:assert/strict";
import type { Host } from "../../../src/backends/library/host.ts";
import {
  instructionSet,
  lacksBfloat16,
  oneDnnIsOff,
  switchOneDnnOn,
} from "../../../src/backends/library/one_dnn.ts";
import { withVariables } from "./variables.ts";

const NONE = { TF_ENABLE_ONEDNN_OPTS: undefined, ONEDNN_MAX_CPU_ISA: undefined, DNNL_MAX_CPU_ISA: undefined };

function processor(flags: string): Host {
  return { os: "linux", arch: "x86_64", cpuinfo: `flags\t: ${flags}\n` };
}

const AVX2 = processor("sse4_1 avx avx2");
const AVX512 = processor("sse4_1 avx avx2 avx512f avx512bw");

Deno.test("switchOneDnnOn() sets the switch, unless the user did", () => {
  withVariables(NONE, () => {
    switchOneDnnOn();
    assert.equal(Deno.env.get("TF_ENABLE_ONEDNN_OPTS"), "1");
    assert.equal(oneDnnIsOff(), false);
  });
  withVariables({ ...NONE, TF_ENABLE_ONEDNN_OPTS: "0" }, () => {
    switchOneDnnOn();
    assert.equal(Deno.env.get("TF_ENABLE_ONEDNN_OPTS"), "0");
    assert.equal(oneDnnIsOff(), true);
  });
});

Deno.test("instructionSet() is the most that the processor has and the user allows", () => {
  const of = (host: Host, limit?: string) =>
    withVariables({ ...NONE, ONEDNN_MAX_CPU_ISA: limit }, () => instructionSet(host));
  assert.equal(of(processor("sse4_1")), "SSE4.1");
  assert.equal(of(AVX2), "AVX2");
  assert.equal(of(AVX512), "AVX-512");
  assert.equal(of(processor("sse4_1 avx avx2 avx512bw amx_tile")), "AMX");
  assert.equal(of(AVX512, "SSE41"), "SSE4.1");
  assert.equal(of(AVX512, "avx2_vnni"), "AVX2");
  assert.equal(of(AVX512, "AVX512_CORE_BF16"), "AVX-512");
  assert.equal(of(AVX512, "DEFAULT"), "AVX-512");
  assert.equal(of(AVX2, "AVX512_CORE_AMX"), "AVX2");
  assert.equal(of({ os: "linux", arch: "x86_64" }), undefined);
  assert.equal(of({ os: "linux", arch: "aarch64", cpuinfo: "Features\t: fp asimd\n" }), undefined);
});

Deno.test("lacksBfloat16() is told by instructions, limits and the switch, and only where they tell", () => {
  const of = (host: Host, variables = {}) =>
    withVariables({ ...NONE, ...variables }, () => lacksBfloat16(host));
  assert.equal(of(AVX2), true);
  assert.equal(of(AVX512), false);
  assert.equal(of(processor("sse4_1 avx avx2 avx_ne_convert")), false);
  assert.equal(of(AVX512, { ONEDNN_MAX_CPU_ISA: "AVX2" }), true);
  assert.equal(of(AVX512, { DNNL_MAX_CPU_ISA: "AVX2" }), true);
  assert.equal(of(AVX512, { TF_ENABLE_ONEDNN_OPTS: "0" }), true);
  assert.equal(of({ os: "linux", arch: "aarch64" }), false);
});
