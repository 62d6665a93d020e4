import { standsForNothing } from "../data/nothing_names.ts";
import type { ClassLabels } from "./class_labels.ts";
import { readWebRuntime } from "./web_runtime.ts";

/** What an exported page shows. */
export interface WebPage {
  /** Files of the TF.js model, which gives masks. */
  readonly model: ReadonlyMap<string, Uint8Array>;
  /** Names and colours of the legend. */
  readonly labels: ClassLabels;
  /** Heading. */
  readonly title: string;
  /** Number of pixels to which larger pictures are scaled down. */
  readonly pixels: number;
}

/** Files of the page that are the same in every export, in the folder `page` beside this module. */
const PAGE_FILES = ["index.html", "style.css", "app.js", "engine.js", "README.md", "_headers"];

/**
 * The files of a web page that runs the model in the browser: page, model, and TF.js with its WebGPU and wasm
 * backends. The folder asks for nothing outside itself; any static web server does.
 * @returns By path relative to the folder
 * @throws {Error} If the files of the page or of TF.js cannot be read
 */
export async function exportWeb({ model, labels, title, pixels }: WebPage): Promise<Map<string, Uint8Array>> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>();
  for (const name of PAGE_FILES) {
    const text = await pageText(name);
    files.set(
      name,
      encoder.encode(name === "index.html" ? text.replaceAll("PAGE_TITLE", escapeHtml(title)) : text),
    );
  }
  const { classes, colors } = labels;
  files.set(
    "page.json",
    encoder.encode(JSON.stringify({ title, classes, colors, clear: clearClasses(classes), pixels })),
  );
  for (const [name, bytes] of model) files.set(`model/${name}`, bytes);
  for (const [name, bytes] of await readWebRuntime()) files.set(`vendor/${name}`, bytes);
  return files;
}

/**
 * Classes whose pixels a page leaves clear, such as background, void and unlabeled.
 * @param classes Their names
 * @returns Their indices; none where that would be every class
 */
export function clearClasses(classes: readonly string[]): number[] {
  const clear = classes.flatMap((name, k) => standsForNothing(name) ? [k] : []);
  return clear.length < classes.length ? clear : [];
}

async function pageText(name: string): Promise<string> {
  const response = await fetch(new URL(`./page/${name}`, import.meta.url));
  if (!response.ok) {
    throw new Error(`Cannot read the page's "${name}": status ${response.status}, expected the file`);
  }
  return await response.text();
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
