import assert from "node:assert/strict";
import { CheckpointMismatch } from "../../src/core/errors.ts";
import { buildInferenceGraph, inferenceTensorShapes } from "../../src/export/build_graph.ts";
import { consumerCounts, featureSize, graphWeights } from "../../src/export/graph.ts";
import { drawnTensors, smallModel } from "./reference_model.ts";

Deno.test("featureSize() halves and rounds up when the side is odd", () => {
  assert.equal(featureSize(64, 8), 8);
  assert.equal(featureSize(65, 8), 9);
  assert.equal(featureSize(360, 16), 23);
  assert.equal(featureSize(1, 16), 1);
});

Deno.test("buildInferenceGraph() makes every value before it is taken", () => {
  for (const depth of [18, 34, 50, 101, 152] as const) {
    const model = smallModel({ depth, baseChannels: 2 });
    const graph = buildInferenceGraph(model, drawnTensors(model));
    const made = new Set([graph.input]);
    for (const node of graph.nodes) {
      assert.ok(node.inputs.every((name) => made.has(name)), node.name);
      assert.ok(!made.has(node.name), node.name);
      made.add(node.name);
    }
    assert.deepEqual([...made].filter((name) => !consumerCounts(graph).has(name)), []);
  }
});

Deno.test("buildInferenceGraph() folds gamma over the root of the variance into the weights", () => {
  const model = smallModel();
  const tensors = drawnTensors(model);
  const data = (name: string) => tensors.get(name)!.data as Float32Array;
  const [weight, bias] = graphWeights(buildInferenceGraph(model, tensors)).slice(2);
  const [gamma, variance, mean, beta] = ["weight", "running_var", "running_mean", "bias"]
    .map((part) => data(`backbone.stem.1.${part}`)[0]!);
  const factor = gamma! / Math.sqrt(variance! + 1e-5);
  assert.equal(weight!.data[5], Math.fround(data("backbone.stem.0.weight")[5]! * factor));
  assert.equal(bias!.data[0], Math.fround(beta! - mean! * factor));
});

Deno.test("buildInferenceGraph() names all misfits at once when tensors are missing or misshapen", () => {
  const model = smallModel();
  const tensors = drawnTensors(model);
  tensors.delete("backbone.layer2.0.conv1.weight");
  const seg = tensors.get("decode_head.conv_seg.weight")!;
  tensors.set("decode_head.conv_seg.weight", { ...seg, shape: [8, 5, 1, 1] });
  assert.throws(() => buildInferenceGraph(model, tensors), (error) => {
    assert.ok(error instanceof CheckpointMismatch);
    assert.match(error.message, /2 tensors do not fit/);
    assert.match(error.message, /"backbone.layer2.0.conv1.weight" is missing/);
    assert.match(error.message, /"decode_head.conv_seg.weight" has \[8, 5, 1, 1\], the model \[5, 8, 1, 1\]/);
    return true;
  });
  assert.throws(() => buildInferenceGraph(model, new Map()), /and \d+ more/);
});

Deno.test("inferenceTensorShapes() has nothing of training only", () => {
  const shapes = inferenceTensorShapes({ ...smallModel(), mixDecoder: true, classifier: true });
  assert.ok([...shapes.keys()].every((name) => /^(backbone|decode_head)\./.test(name)));
  assert.deepEqual(shapes.get("decode_head.bottleneck.conv.weight"), [8, 32, 3, 3]);
});
