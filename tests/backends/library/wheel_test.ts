import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { extraRequirements, parseRecord } from "../../../src/backends/library/wheel.ts";
import { isKept } from "../../../src/backends/library/unpack_wheel.ts";
import { METADATA } from "./support.ts";

Deno.test("extraRequirements() gives the requirements of that extra alone, in pip's form", () => {
  assert.deepEqual(extraRequirements(METADATA, "and-cuda"), [
    "nvidia-cuda-runtime-cu12<13.0,>=12.5.82",
    "nvidia-cublas-cu12<13.0,>=12.5.3.2",
  ]);
  assert.throws(() => extraRequirements(METADATA, "and-more"), /"and-more": METADATA names none/);
});

Deno.test("parseRecord() reads plain and quoted paths and leaves out lines without a hash", () => {
  const hash = createHash("sha256").update("x").digest();
  const record = parseRecord(
    `a/b.so,sha256=${hash.toString("base64url")},1\r\n"c,""d""",sha256=${
      hash.toString("base64url")
    },2\nRECORD,,\n`,
  );
  assert.deepEqual([...record], [
    ["a/b.so", { sha256: hash.toString("hex"), size: 1 }],
    ['c,"d"', { sha256: hash.toString("hex"), size: 2 }],
  ]);
});

Deno.test("isKept() keeps libraries and licences and leaves the rest of a wheel", () => {
  const kept = [
    "tensorflow/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2",
    "tensorflow/THIRD_PARTY_NOTICES.txt",
    "tensorflow/include/LICENSE",
    "tensorflow_cpu-2.21.0.dist-info/METADATA",
    "nvidia_cublas_cu12-12.9.dist-info/licenses/License.txt",
    "nvidia/cudnn/lib/libcudnn_ops.so.9",
    "nvidia/cuda_nvcc/bin/ptxas",
    "nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc",
  ];
  const left = [
    "tensorflow/python/lib_pywrap_tensorflow_common.so",
    "tensorflow_cpu-2.21.0.dist-info/RECORD",
    "tensorflow/include/external/png/LICENSE",
    "nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12",
    "nvidia/cudnn/include/cudnn.h",
    "x/nvidia/cudnn/lib/libcudnn.so.9",
  ];
  assert.deepEqual(kept.filter((name) => !isKept(name)), []);
  assert.deepEqual(left.filter(isKept), []);
});
