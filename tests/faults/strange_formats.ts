/** What guidedmix reads from strangers, by format: whole files to change, and who reads them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { configFromToml, configToToml } from "../../src/config/config_toml.ts";
import { modelOptions } from "../../src/config/network_of.ts";
import { resolveConfig } from "../../src/config/resolve_config.ts";
import type { RandomStream } from "../../src/core/random.ts";
import { describedModel, metadataOf } from "../../src/run/model_metadata.ts";
import { DatasetError } from "../../src/core/errors.ts";
import { cocoShapes, parseCoco } from "../../src/data/layouts/coco_file.ts";
import { parseLabelme, shapesOfLabelme } from "../../src/data/layouts/labelme_file.ts";
import { drawMask } from "../../src/data/shapes/draw_mask.ts";
import { parseDescription } from "../../src/data/layouts/description.ts";
import { parseList } from "../../src/data/list_file.ts";
import { decodeMask } from "../../src/formats/decode_mask.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { encodeRgbPng } from "../../src/formats/encode_png.ts";
import { readEvents } from "../../src/formats/event_reader.ts";
import { EventWriter } from "../../src/formats/events.ts";
import { readImageHeader } from "../../src/formats/image_header.ts";
import { encodeRgbJpeg } from "../../src/formats/jpeg_decoder.ts";
import { readWeights } from "../../src/interop/weight_file.ts";
import { readMetrics } from "../../src/report/metrics_file.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint.ts";
import { imageBytes, imageNames } from "../formats/image_files.ts";
import { torchFile, torchFileNames } from "../formats/torch_files.ts";
import { projectPath } from "../support.ts";
import { mutated, mutatedEvents, mutatedHeader, mutatedPng, mutatedZip } from "./mutations.ts";

/** A format, its whole files and its reader. */
export interface StrangeFormat {
  /** Whole files that are changed. */
  readonly files: readonly Uint8Array[];
  /** Ways of changing one, taken in turn. */
  readonly change: readonly ((bytes: Uint8Array, random: RandomStream) => Uint8Array)[];
  /** Reads a file or throws one of the project's errors. */
  read(bytes: Uint8Array): unknown;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A picture of some size and noise. */
function picture(width: number, height: number) {
  return { width, height, data: new Uint8Array(width * height * 3).map((_, i) => (i * i + (i >> 5)) % 256) };
}

async function readPicture(bytes: Uint8Array): Promise<void> {
  readImageHeader(bytes, "picture");
  await decodeRgb(bytes, "picture");
}

async function readMaskToo(bytes: Uint8Array): Promise<void> {
  await readPicture(bytes);
  await decodeMask(bytes, "mask");
}

function eventFile(): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new EventWriter((record) => parts.push(record), () => 1_700_000_000_500);
  writer.start(0);
  for (let i = 1; i < 6; i++) {
    const png = encodeRgbPng(picture(8, 8));
    writer.write(i, [{ tag: "loss/total", scalar: 1 / i }, {
      tag: "photo",
      image: { width: 8, height: 8, png },
    }]);
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const CONFIG = resolveConfig({ preset: "demo" });

const METADATA = metadataOf(
  CONFIG,
  modelOptions(CONFIG, 2),
  {
    name: "some",
    classes: ["sky", "road"],
    colors: [[0, 0, 0], [1, 2, 3]],
    maskRule: { masks: "index", values: [0, 255] },
  } as unknown as Parameters<typeof metadataOf>[2],
);

/** A checkpoint file: its metadata is what a stranger would change, with a checksum of his own. */
async function checkpointFile(metadata: Record<string, string>): Promise<Uint8Array> {
  const parameters = new Map([["a", { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) } as const]]);
  return await encodeCheckpoint({ iteration: 3, parameters, momentum: new Map(), metadata });
}

async function readMetadata(bytes: Uint8Array): Promise<void> {
  const metadata = Object.fromEntries(
    text(bytes).split("\u0001").map((part) => part.split("\u0002") as [string, string]),
  );
  const checkpoint = await decodeCheckpoint(await checkpointFile(metadata), "checkpoint");
  describedModel(checkpoint.metadata, "checkpoint");
}

const DESCRIPTION = `name = "CamVid"
classes = ["Sky", "Building", "Road"]
colors = [[128, 128, 128], [128, 0, 0], [128, 64, 128]]
masks = "index"
values = [0, 1, 3]
ignore = [11, 255]
train = "train.txt"
val = "val.txt"
unlabeled = "more/"
`;

const METRICS = Array.from({ length: 6 }, (_, i) => {
  const row = i % 2 === 0
    ? { kind: "train", iteration: i + 1, losses: { total: 0.5, ce: null }, learningRate: 0.01 }
    : { kind: "eval", iteration: i, miou: 0.5, perClass: [0.1, null] };
  return `${JSON.stringify(row)}\n`;
}).join("");

const PNGS = [
  ...imageNames().filter((name) => name.endsWith(".png")).map(imageBytes),
  encodeRgbPng(picture(90, 70)),
];

const JPEGS = [
  ...imageNames().filter((name) => name.endsWith(".jpg")).map(imageBytes),
  await encodeRgbJpeg(picture(160, 120), 80),
];

const COCO = JSON.stringify({
  images: [{ id: 1, file_name: "a.jpg", width: 40, height: 30 }],
  annotations: [
    { image_id: 1, category_id: 2, segmentation: [[1, 1, 20, 1, 20, 20, 1, 20]], bbox: [1, 1, 19, 19] },
    { image_id: 1, category_id: 3, segmentation: { size: [30, 40], counts: [100, 50, 1050] } },
    { image_id: 1, category_id: 2, bbox: [3, 3, 9, 9] },
  ],
  categories: [{ id: 2, name: "road" }, { id: 3, name: "sky" }],
});

const LABELME = JSON.stringify({
  imagePath: "a.jpg",
  imageWidth: 40,
  imageHeight: 30,
  shapes: [
    { label: "road", shape_type: "polygon", points: [[1, 1], [30, 2], [20, 25]] },
    { label: "sky", shape_type: "circle", points: [[10, 10], [14, 10]] },
  ],
});

/** Label tools' JSON up to the masks that it makes. */
async function readLabels(bytes: Uint8Array): Promise<void> {
  const json = parsedJson(text(bytes));
  const labels = new Map([["road", 1], ["sky", 2]]);
  const coco = parseCoco(json);
  for (const image of coco?.images ?? []) {
    const { shapes } = cocoShapes(coco!, image, labels);
    await drawMask({ kind: "drawn", name: "a.json", width: image.width, height: image.height, shapes });
  }
  const labelme = parseLabelme(json);
  if (labelme === undefined || !labelme.shapes.every(({ label }) => labels.has(label))) return;
  await drawMask({ kind: "drawn", name: "a.json", ...labelme, shapes: shapesOfLabelme(labelme, labels) });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DatasetError("Cannot read labels: they are no JSON, expected JSON");
  }
}

/** Pictures of further kinds, where there are fixtures of them. */
function otherPictures(): Record<string, StrangeFormat> {
  const folder = projectPath("fixtures/formats/others");
  const kinds = ["tif", "webp", "bmp"].map((ending) => {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(`.${ending}`)) : [];
    const files = names.map((name) => new Uint8Array(readFileSync(`${folder}/${name}`)));
    return [ending, { files, change: [mutated], read: readMaskToo }] as const;
  });
  return Object.fromEntries(kinds.filter(([, { files }]) => files.length > 0));
}

/** All of them. */
export const STRANGE_FORMATS: Readonly<Record<string, StrangeFormat>> = {
  png: { files: PNGS, change: [mutated, mutatedPng, mutatedPng], read: readMaskToo },
  jpeg: { files: JPEGS, change: [mutated], read: readPicture },
  safetensors: {
    files: [new Uint8Array(readFileSync(projectPath("fixtures/formats/dtypes.safetensors")))],
    change: [mutated, mutatedHeader, mutatedHeader],
    read: readWeights,
  },
  zip: {
    files: torchFileNames().filter((name) => !name.includes("old")).map(torchFile),
    change: [mutated, mutatedZip, mutatedZip],
    read: readWeights,
  },
  pickle: {
    files: torchFileNames().filter((name) => name.includes("old")).map(torchFile),
    change: [mutated],
    read: readWeights,
  },
  events: { files: [eventFile()], change: [mutated, mutatedEvents, mutatedEvents], read: readEvents },
  description: {
    files: [bytesOf(DESCRIPTION)],
    change: [mutated],
    read: (bytes) => parseDescription(text(bytes), "data/dataset.toml"),
  },
  config: {
    files: [bytesOf(configToToml(CONFIG))],
    change: [mutated],
    read: (bytes) => configFromToml(text(bytes), "config.toml"),
  },
  list: {
    files: [bytesOf('a.jpg a.png\n"b c.jpg" b.png\nd.jpg\n')],
    change: [mutated],
    read: (bytes) => parseList(text(bytes), "train.txt"),
  },
  metrics: { files: [bytesOf(METRICS)], change: [mutated], read: (bytes) => readMetrics(text(bytes)) },
  labels: { files: [bytesOf(COCO), bytesOf(LABELME)], change: [mutated], read: readLabels },
  ...otherPictures(),
  metadata: {
    files: [bytesOf(Object.entries(METADATA).map((entry) => entry.join("\u0002")).join("\u0001"))],
    change: [mutated],
    read: readMetadata,
  },
};
