// Predicts a picture with the module by its name, in Node, and prints what came out as JSON:
//
//     node predict_in_node.mjs CHECKPOINT PICTURE ONNX
import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { openModel, trainRun } from "@guidedmix/guidedmix";
import { exportModel } from "@guidedmix/guidedmix/export";

const [checkpoint, picture, onnx] = argv.slice(2);
const model = await openModel(checkpoint, { backend: "wasm" });
const { width, height, labels, probabilities, classes } = await model.predict(await readFile(picture));
await exportModel({ format: "onnx", out: onnx, version: "1", ...model.exportable });
model.dispose();
const refusal = await trainRun().catch((error) => error.message);
console.log(JSON.stringify({
  width,
  height,
  labels: [...labels],
  probabilities: [...probabilities.data],
  classes,
  refusal,
}));
