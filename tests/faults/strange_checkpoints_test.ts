import assert from "node:assert/strict";
import { exportCard } from "../../src/run/export_card.ts";
import { metadataOf } from "../../src/run/model_metadata.ts";
import { inferenceOptions } from "../../src/run/model_sizes.ts";
import { readCheckpointModel } from "../../src/run/model_source.ts";
import type { ModelOptions } from "../../src/config/model_options.ts";
import { modelOptions } from "../../src/config/network_of.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";
import { CheckpointMismatch, ConfigError } from "../../src/core/errors.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { parameterSpecs } from "../../src/model/parameter_specs.ts";
import { fileShape } from "../../src/nn/parameter_spec.ts";
import { writeCheckpoint } from "../../src/train/checkpoint.ts";
import { inTemporary } from "../cli/small_runs.ts";

const CONFIG = resolveConfig({
  preset: "demo",
  set: ["encoder.baseChannels=4", "encoder.stemChannels=4", "decoder.channels=8"],
});

const MODEL = modelOptions(CONFIG, 2);

const LABELS = {
  name: "some",
  classes: ["sky", "road"],
  colors: [[0, 0, 0], [1, 2, 3]],
  maskRule: { masks: "index", values: [0, 1] },
} as unknown as Dataset;

function zeros({ shape, kind }: { shape: readonly number[]; kind: string }): StoredTensor {
  const length = shape.reduce((product, side) => product * side, 1);
  if (kind === "counter") return { dtype: "int64", shape, data: new BigInt64Array(1) };
  return { dtype: "float32", shape, data: new Float32Array(length) };
}

/** All tensors that the model needs. */
function tensorsOf(model: ModelOptions): Map<string, StoredTensor> {
  return new Map(
    parameterSpecs(inferenceOptions(model)).map((spec) => [
      spec.name,
      zeros({ shape: fileShape(spec), kind: spec.kind }),
    ]),
  );
}

/** Writes a checkpoint as a stranger would, checksum and all, and reads it as `--checkpoint` does. */
async function read(
  change: Record<string, string>,
  tensors: ReadonlyMap<string, StoredTensor> = tensorsOf(MODEL),
  labels: Dataset = LABELS,
) {
  let found: Awaited<ReturnType<typeof readCheckpointModel>> | undefined;
  await inTemporary(async (folder) => {
    const metadata = { ...metadataOf(CONFIG, MODEL, labels), ...change };
    await writeCheckpoint(`${folder}/c`, {
      iteration: 1,
      parameters: tensors,
      momentum: new Map(),
      metadata,
    });
    found = await readCheckpointModel(`${folder}/c`);
  });
  return found!;
}

async function refused(
  change: Record<string, string>,
  text: RegExp,
  tensors?: ReadonlyMap<string, StoredTensor>,
) {
  const started = performance.now();
  await assert.rejects(read(change, tensors), (error) => {
    assert.ok(error instanceof CheckpointMismatch || error instanceof ConfigError, `${error}`);
    assert.match(error.message, /^Cannot use [^\n]*expected [^\n]*$/);
    assert.match(error.message, text);
    return true;
  });
  assert.ok(performance.now() - started < 2000);
}

/** The model's JSON with one part replaced. */
function model(change: Record<string, unknown>): Record<string, string> {
  return { model: JSON.stringify({ ...MODEL, ...change }) };
}

Deno.test("readCheckpointModel() reads a checkpoint whose parts fit", async () => {
  const { classes, colors, dataset } = await read({});
  assert.deepEqual({ classes, colors, dataset }, {
    classes: ["sky", "road"],
    colors: [[0, 0, 0], [1, 2, 3]],
    dataset: "some",
  });
});

Deno.test("readCheckpointModel() refuses metadata that is not what a run writes", async () => {
  await refused({ model: "{" }, /its "model" is no JSON/);
  await refused({ model: "null" }, /its "model" does not fit, "model": expected a table/);
  await refused({ model: "[]" }, /its "model" does not fit/);
  await refused({ model: `{"__proto__": {"classes": 2}}` }, /its "model" does not fit/);
  await refused(model({ classes: 1 }), /"model.classes": expected a whole number from 2 to 255/);
  await refused(model({ classes: 1e9 }), /"model.classes"/);
  await refused(model({ encoder: "constructor" }), /"model.encoder": expected a table/);
  await refused(
    model({ encoder: { ...MODEL.encoder, depth: 1000 } }),
    /"model.encoder.depth": expected one of/,
  );
  await refused(model({ encoder: { ...MODEL.encoder, outputStride: "toString" } }), /outputStride/);
  await refused(model({ encoder: { ...MODEL.encoder, extra: 1 } }), /does not fit/);
  await refused(model({ decoder: { ...MODEL.decoder, dilations: Array(1000).fill(1) } }), /dilations/);
  await refused(model({ mitrans: "yes" }), /mitrans/);
  await refused({ classes: `"sky"` }, /its "classes" does not fit/);
  await refused({ classes: `["sky", 5]` }, /"classes.1"/);
  await refused({ classes: `["sky"]` }, /it has 1 names and 2 colours of classes, expected 2 as its model/);
  await refused({ colors: `["red;} body{display:none", [1,2,3]]` }, /"colors.0"/);
  await refused({ colors: `[[1,2,256], [1,2,3]]` }, /"colors.0.2"/);
  await refused({ values: `[0, 70000]` }, /"values.1"/);
  await refused({ values: `[0]` }, /it has 1 mask values, expected 2 as its model/);
  await refused({ config: "seed = 1" }, /config .*: .* is missing/);
});

Deno.test("readCheckpointModel() compares sizes with the tensors before anything is built", async () => {
  const before = Deno.memoryUsage().rss;
  for (const channels of [1e6, 4096, 16]) {
    await refused(
      model({ decoder: { ...MODEL.decoder, channels } }),
      /expected (a whole number from 1 to 4096|\[)/,
    );
  }
  await refused(
    model({ encoder: { ...MODEL.encoder, baseChannels: 1024 } }),
    /its tensors are not those of its model/,
  );
  await refused(
    {},
    /\d+ missing: backbone.conv1.weight, .* and \d+ more, expected every tensor of the model/,
    new Map(),
  );
  const short = new Map([...tensorsOf(MODEL)].filter(([name]) => !name.startsWith("decode_head.conv_seg")));
  await refused(
    {},
    /2 missing: decode_head.conv_seg.weight, decode_head.conv_seg.bias, expected every tensor/,
    short,
  );
  assert.ok(Deno.memoryUsage().rss - before < 200e6, "nothing of such sizes was made");
});

Deno.test("readCheckpointModel() gives names that act on no terminal, and a card escapes them", async () => {
  const classes = ["\u001b[2Jsky\u202e", "<img src=x onerror=alert(1)>|`"];
  const source = await read({}, undefined, { ...LABELS, name: "a\nb\u0007", classes } as Dataset);
  assert.deepEqual(source.classes, ["\\u{1b}[2Jsky\\u{202e}", classes[1]]);
  assert.equal(source.dataset, "a b\\u{7}");
  const exported = { files: [] } as unknown as Parameters<typeof exportCard>[1]["exported"];
  const card = exportCard(source, { format: "onnx", exported, size: "any", output: "mask" });
  assert.ok(card.includes("\\<img src=x onerror=alert(1)\\>\\|\\`"));
  assert.doesNotMatch(card, /(?<!\\)<img|\p{Bidi_Control}|(?!\n)\p{Cc}/u);
});
