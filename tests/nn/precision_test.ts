import assert from "node:assert/strict";
import { checkPrecision } from "../../src/nn/precision.ts";
import { numericTest } from "../numeric.ts";

numericTest("checkPrecision() takes both types", () => {
  checkPrecision("float32");
  checkPrecision("bfloat16");
}, ["tensorflow"]);

numericTest("checkPrecision() refuses bfloat16 where convolutions are float32", () => {
  checkPrecision("float32");
  assert.throws(() => checkPrecision("bfloat16"), {
    name: "ConfigError",
    message: 'Cannot train with precision "bfloat16": backend "wasm" convolves in float32 only, ' +
      'expected backend "tensorflow" or precision "float32"',
  });
}, ["wasm"]);
