import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import type { Page } from "playwright-core";
import type { ModelOptions } from "../../src/config/model_options.ts";
import { predictImage } from "../../src/eval/predict_image.ts";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import { exportModel } from "../../src/export/export_model.ts";
import { exportOnnx } from "../../src/export/onnx.ts";
import { exportTfjs } from "../../src/export/tfjs.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import type { RgbImage } from "../../src/formats/rgb_image.ts";
import type { StoredTensor } from "../../src/formats/stored_tensor.ts";
import { Network } from "../../src/model/network.ts";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { missingBrowser, withBrowser } from "./browser.ts";
import { agreement } from "./compare.ts";
import { drawnTensors, smallLite, smallModel } from "./reference_model.ts";
import { runOnnx } from "./run_onnx.ts";
import { runTfjs } from "./run_tfjs.ts";
import { serveFolder } from "./serve_folder.ts";

const PICTURE = "data/camvid/val/0016E5_07973.jpg";
const version = "test";
const RESNET = smallModel({ stemChannels: 16, baseChannels: 16 });
const LITE = smallModel(smallLite());
const labels = {
  classes: ["sky", "road & path", "<b>tree</b>", "car", "person"],
  colors: [[128, 128, 128], [128, 64, 128], [128, 128, 0], [64, 0, 128], [64, 64, 0]] as const,
};

/** What a "guidedmix:mask" event carries. */
interface PageMask {
  readonly data: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly milliseconds: number;
  readonly backend: string;
}

/** Exports the page, serves it, opens it in a browser, and makes sure that it asks for nothing elsewhere. */
async function withPage(
  size: readonly [number, number],
  flags: readonly string[],
  body: (page: Page) => Promise<void>,
  model = RESNET,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "guidedmix-page-"));
  const out = join(folder, "page");
  await exportModel({
    format: "web",
    out,
    model,
    tensors: drawnTensors(model),
    labels,
    version,
    size,
    title: "A & B",
  });
  const server = serveFolder(out);
  const outside: string[] = [];
  const problems: string[] = [];
  await withBrowser(async (context) => {
    const page = await context.newPage();
    page.on("request", (request) => {
      if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(server.url)) {
        outside.push(request.url());
      }
    });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
    await page.goto(server.url);
    await page.locator("html[data-backend], #status.problem").first().waitFor({ state: "attached" });
    await body(page);
  }, flags);
  await server.stop();
  await rm(folder, { recursive: true });
  assert.deepEqual(outside, []);
  assert.deepEqual(problems, []);
}

/** What `predict` gives on wasm. */
async function predictedLabels(
  model: ModelOptions,
  tensors: ReadonlyMap<string, StoredTensor>,
  photo: RgbImage,
): Promise<Uint8Array> {
  await tf.setBackend("wasm");
  const network = new Network(model, 1);
  try {
    network.parameters.load(tensors);
    return (await predictImage(network, photo)).labels;
  } finally {
    network.dispose();
  }
}

/** Runs in the page: the next mask, as soon as it is there. */
const NEXT_MASK = `new Promise((resolve) => document.addEventListener("guidedmix:mask", ({ detail }) =>
  resolve({ ...detail, data: [...detail.data] }), { once: true }))`;

/** Waits for the next mask after `action`. */
async function nextMask(page: Page, action: () => Promise<void>): Promise<PageMask> {
  const waiting = page.evaluate<PageMask>(NEXT_MASK);
  await action();
  return await waiting;
}

const missing = missingBrowser() ?? missingData(PICTURE);

testUnless(
  missing,
  "the page gives the masks of ONNX and TF.js in Deno when a CamVid picture is chosen",
  async () => {
    const bytes = readFileSync(sharedPath(PICTURE)!);
    const { width, height, data } = await decodeRgb(bytes, PICTURE);
    await withPage([height, width], ["--disable-gpu"], async (page) => {
      assert.equal(await page.getAttribute("html", "data-backend"), "wasm");
      const choose = () => page.setInputFiles("#file", sharedPath(PICTURE)!);
      const first = await nextMask(page, choose);
      const second = await nextMask(page, choose);
      console.log(
        `first frame ${Math.round(first.milliseconds)} ms, second ${Math.round(second.milliseconds)} ms`,
      );
      assert.deepEqual([first.width, first.height], [width, height]);
      assert.deepEqual(first.data, second.data);
      const graph = buildInferenceGraph(RESNET, drawnTensors(RESNET), { output: "mask" });
      const onnx = await runOnnx(exportOnnx(graph, { size: "any", input: "uint8", version }), data, [
        1,
        height,
        width,
        3,
      ]);
      assert.ok(agreement(first.data, onnx.data) > 0.999, `${agreement(first.data, onnx.data)} of ONNX's`);
      const files = exportTfjs(graph, { size: "any", version });
      const tfjs = await runTfjs(files, Float32Array.from(data), [1, height, width, 3], "wasm");
      assert.ok(agreement(first.data, tfjs.data) > 0.999, `${agreement(first.data, tfjs.data)} of TF.js'`);
      assert.ok(new Set(first.data).size > 1);
      assert.match(await page.getAttribute("#mask", "aria-label") ?? "", /^Mask: .* %/);
      assert.match(await page.textContent("#announce") ?? "", /^Mask ready: /);
      assert.equal(await page.locator("#legend li").nth(2).locator(".name").textContent(), "<b>tree</b>");
      assert.equal(await page.title(), "A & B");
    });
  },
);

testUnless(missing, "the page of an EfficientNet-Lite gives the mask of predict", async () => {
  const photo = await decodeRgb(readFileSync(sharedPath(PICTURE)!), PICTURE);
  await withPage([photo.height, photo.width], ["--disable-gpu"], async (page) => {
    const mask = await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!));
    const expected = await predictedLabels(LITE, drawnTensors(LITE), photo);
    assert.deepEqual([mask.width, mask.height], [photo.width, photo.height]);
    assert.ok(agreement(mask.data, expected) > 0.999, `${agreement(mask.data, expected)} of predict's`);
    assert.ok(new Set(mask.data).size > 1);
  }, LITE);
});

testUnless(missing, "the page scales a larger picture down to the model's number of pixels", async () => {
  await withPage([90, 120], ["--disable-gpu"], async (page) => {
    const mask = await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!));
    assert.deepEqual([mask.width, mask.height, mask.data.length], [120, 90, 120 * 90]);
  });
});

testUnless(missing, "the page gives the same mask on WebGPU as on wasm", async () => {
  const flags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
  const masks: PageMask[] = [];
  for (const more of [flags, ["--disable-gpu"]]) {
    await withPage([60, 80], more, async (page) => {
      masks.push(await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!)));
    });
  }
  console.log(masks.map((mask) => `${mask.backend} ${Math.round(mask.milliseconds)} ms`).join(", "));
  assert.equal(masks[1]!.backend, "wasm");
  assert.ok(agreement(masks[0]!.data, masks[1]!.data) > 0.999);
});

testUnless(missingBrowser(), "the page can be used by keyboard, and with the camera", async () => {
  const camera = ["--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
  await withPage([60, 80], camera, async (page) => {
    const focused = () => page.evaluate<string>("document.activeElement.id");
    const order: string[] = [];
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    assert.deepEqual(order, ["file", "camera", "opacity"]);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.locator("#opacity-text").textContent(), "55 %");
    assert.equal(
      await page.evaluate(`document.querySelector("#mask").style.opacity`),
      "0.55",
    );
    await page.focus("#camera");
    const mask = await nextMask(page, () => page.keyboard.press("Enter"));
    assert.ok(mask.data.length > 0 && mask.data.length <= 60 * 80 + 80);
    assert.equal(await page.getAttribute("#camera", "aria-pressed"), "true");
    await page.keyboard.press("Enter");
    assert.equal(await page.getAttribute("#camera", "aria-pressed"), "false");
  });
});

testUnless(missing, "the page says so when a file is no picture", async () => {
  await withPage([60, 80], ["--disable-gpu"], async (page) => {
    await page.setInputFiles("#file", {
      name: "notes.png",
      mimeType: "image/png",
      buffer: Buffer.from("no picture"),
    });
    await page.locator("#status.problem").waitFor();
    assert.match(await page.textContent("#status") ?? "", /^notes.png cannot be read as a picture/);
  });
});
