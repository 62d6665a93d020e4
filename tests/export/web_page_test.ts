import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Buffer } from "node:buffer";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { ModelOptions } from "../../src/config/model_options.ts";
import { buildInferenceGraph } from "../../src/export/build_graph.ts";
import type { ClassLabels } from "../../src/export/class_labels.ts";
import { exportModel } from "../../src/export/export_model.ts";
import { exportOnnx } from "../../src/export/onnx.ts";
import { exportTfjs } from "../../src/export/tfjs.ts";
import { clearClasses } from "../../src/export/web_page.ts";
import { decodeRgb } from "../../src/formats/decode_rgb.ts";
import { encoderText } from "../../src/config/encoder_facts.ts";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { missingBrowser, withBrowser } from "./browser.ts";
import { agreement } from "./compare.ts";
import { predicted } from "./predicted.ts";
import { drawnTensors, smallLite, smallModel } from "./reference_model.ts";
import { runOnnx } from "./run_onnx.ts";
import { runTfjs } from "./run_tfjs.ts";
import { serveFolder } from "./serve_folder.ts";

const PICTURE = "data/camvid/val/0016E5_07973.jpg";
const version = "test";
const model = smallModel({ stemChannels: 16, baseChannels: 16 });
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

/** How a page is exported and served. */
interface PageSetting {
  readonly size?: readonly [number, number];
  readonly model?: ModelOptions;
  readonly labels?: ClassLabels;
  /** More flags of the browser. */
  readonly flags?: readonly string[];
  /** Headers of the host. */
  readonly headers?: Readonly<Record<string, string>>;
}

const WASM = ["--disable-gpu"];

/** Exports the page, serves it, opens it in a browser, and makes sure that it asks for nothing elsewhere. */
async function withPage(setting: PageSetting, body: (page: Page) => Promise<void>): Promise<void> {
  const { size = [60, 80], flags = WASM, headers, ...more } = setting;
  const folder = await mkdtemp(join(tmpdir(), "guidedmix-page-"));
  const out = join(folder, "page");
  const request = { model, labels, ...more };
  const tensors = drawnTensors(request.model);
  await exportModel({ ...request, format: "web", out, tensors, version, size, title: "A & B" });
  const server = serveFolder(out, headers);
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
    // what a host's own policy forbids is told by the browser
    page.on("console", (line) => {
      if (line.type() === "error" && !line.text().includes("Content Security Policy")) {
        problems.push(line.text());
      }
    });
    await page.goto(server.url);
    await page.locator("html[data-backend], #status.problem").first().waitFor({ state: "attached" });
    await body(page);
  }, flags);
  await server.stop();
  await rm(folder, { recursive: true });
  assert.deepEqual(outside, []);
  assert.deepEqual(problems, []);
}

/** Runs in the page: the next mask, as soon as it is there; the page keeps the promise, which could be collected else. */
const NEXT_MASK =
  `globalThis.nextMask = new Promise((resolve) => document.addEventListener("guidedmix:mask", ({ detail }) =>
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
    await withPage({ size: [height, width] }, async (page) => {
      assert.equal(await page.getAttribute("html", "data-backend"), "wasm");
      const choose = () => page.setInputFiles("#file", sharedPath(PICTURE)!);
      const first = await nextMask(page, choose);
      const second = await nextMask(page, choose);
      console.log(
        `first frame ${Math.round(first.milliseconds)} ms, second ${Math.round(second.milliseconds)} ms`,
      );
      assert.deepEqual([first.width, first.height], [width, height]);
      assert.deepEqual(first.data, second.data);
      const graph = buildInferenceGraph(model, drawnTensors(model), { output: "mask" });
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

testUnless(missing, "the page scales a larger picture down to the model's number of pixels", async () => {
  await withPage({ size: [90, 120] }, async (page) => {
    const mask = await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!));
    assert.deepEqual([mask.width, mask.height, mask.data.length], [120, 90, 120 * 90]);
  });
});

testUnless(missing, "the page gives the same mask on WebGPU as on wasm", async () => {
  const flags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
  const masks: PageMask[] = [];
  for (const more of [flags, WASM]) {
    await withPage({ flags: more }, async (page) => {
      masks.push(await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!)));
    });
  }
  console.log(masks.map((mask) => `${mask.backend} ${Math.round(mask.milliseconds)} ms`).join(", "));
  assert.equal(masks[1]!.backend, "wasm");
  assert.ok(agreement(masks[0]!.data, masks[1]!.data) > 0.999);
});

testUnless(missingBrowser(), "the page can be used by keyboard, and with the camera", async () => {
  const camera = ["--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
  await withPage({ flags: camera }, async (page) => {
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
  await withPage({}, async (page) => {
    await page.setInputFiles("#file", {
      name: "notes.png",
      mimeType: "image/png",
      buffer: Buffer.from("no picture"),
    });
    await page.locator("#status.problem").waitFor();
    assert.match(await page.textContent("#status") ?? "", /^notes.png cannot be read as a picture/);
  });
});

for (const network of [model, smallModel(smallLite())]) {
  const name = encoderText(network.encoder);
  testUnless(missing, `the page gives what predict gives on a CamVid picture, ${name}`, async () => {
    const image = await decodeRgb(readFileSync(sharedPath(PICTURE)!), PICTURE);
    const { labels: expected } = await predicted(network, drawnTensors(network), image);
    await withPage({ model: network, size: [image.height, image.width] }, async (page) => {
      const mask = await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!));
      assert.deepEqual([mask.width, mask.height], [image.width, image.height]);
      const share = agreement(mask.data, expected);
      assert.ok(share > 0.999, `${share} of the pixels are as predict says`);
      assert.ok(new Set(expected).size > 1);
    });
  });
}

/** The headers that the exported folder's own `_headers` names. */
const ISOLATED = Object.fromEntries(
  readFileSync(new URL("../../src/export/page/_headers", import.meta.url), "utf8").split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim().split(": ") as [string, string]),
);

testUnless(missing, "the page takes threads where the host isolates it, and says the same", async () => {
  const masks: PageMask[] = [];
  const threads: string[] = [];
  const forbidding = { ...ISOLATED, "content-security-policy": "worker-src 'none'" };
  for (const headers of [{}, forbidding, ISOLATED]) {
    await withPage({ headers }, async (page) => {
      threads.push(await page.getAttribute("html", "data-threads") ?? "");
      masks.push(await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!)));
      const text = threads.at(-1) === "1" ? /WebAssembly, one thread\)/ : /WebAssembly, [2-4] threads\)/;
      assert.match(await page.textContent("#status") ?? "", text);
    });
  }
  assert.deepEqual(threads, ["1", "1", `${Math.min(4, navigator.hardwareConcurrency)}`]);
  for (const mask of masks) assert.ok(agreement(mask.data, masks[0]!.data) > 0.999);
});

testUnless(missing, "the page leaves the background clear, on a phone too", async () => {
  // the drawn network says mostly classes 2 and 3
  const clear = { ...labels, classes: ["sky", "path", "Background", "car", "person"] };
  await withPage({ labels: clear }, async (page) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const mask = await nextMask(page, () => page.setInputFiles("#file", sharedPath(PICTURE)!));
    const alpha = await page.evaluate<number[]>(`(() => {
      const { width, height } = document.querySelector("#mask");
      const { data } = document.querySelector("#mask").getContext("2d").getImageData(0, 0, width, height);
      const at = (i) => Math.floor((Math.floor(i / ${mask.width}) + 0.5) * height / ${mask.height}) * width +
        Math.floor((i % ${mask.width} + 0.5) * width / ${mask.width});
      return Array.from({ length: ${mask.data.length} }, (_, i) => data[4 * at(i) + 3]);
    })()`);
    const around = [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => row * mask.width + column));
    const inner = mask.data.map((k, i) => around.every((step) => mask.data[i + step] === k));
    for (const [k, expected] of [[2, 0], [3, 255]] as const) {
      const values = alpha.filter((_, i) => inner[i] && mask.data[i] === k);
      assert.ok(values.length > 100, `class ${k}`);
      assert.deepEqual([...new Set(values)], [expected]);
    }
    assert.equal(await page.locator("#legend li.clear .name").textContent(), "Background");
    assert.ok(await page.evaluate<number>("document.documentElement.scrollWidth") <= 390);
  });
});

Deno.test("clearClasses() finds the names that stand for nothing, unless all do", () => {
  const names = ["_background_", "Void", "un-labeled", "Unlabelled", "background building", "ground", "car"];
  assert.deepEqual(clearClasses(names), [0, 1, 2, 3]);
  assert.deepEqual(clearClasses(["void", "background"]), []);
});
