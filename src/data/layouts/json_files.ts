/** JSON files of label tools. What they name is looked up among the files of their folder and leads nowhere else. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatasetError } from "../../core/errors.ts";
import { isTable } from "../../core/is_table.ts";
import { mapLimited } from "../map_limited.ts";
import { readTextFile } from "../read_file.ts";

/** A JSON object, of which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A list, or none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list, or none. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value).filter(isTable);
}

/** A text, or `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A finite number, or `undefined`; numbers that some tools write as texts count. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/**
 * Reads JSON.
 * @throws {DatasetError} If the file cannot be read or holds none
 */
export async function readJson(path: string): Promise<unknown> {
  const text = (await readTextFile(path)).replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text);
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`Cannot read "${path}": ${state}, expected JSON`, { cause });
  }
}

/** JSON, or `undefined` for a file that holds none: what is not a tool's is no concern of a detector. */
export async function tryJson(path: string): Promise<unknown> {
  return await readJson(path).catch(() => undefined);
}

/** Tells what JSON holds: `undefined` for JSON of another kind. */
export type JsonParser<Content> = (json: unknown) => Content | undefined;

/** A JSON file of a kind. */
export interface JsonFile<Content> {
  /** Below the folder that was read. */
  readonly path: string;
  readonly content: Content;
}

/** Whether one of the first `lookedAt` JSON files of a folder is of a kind; what holds no JSON is none. */
export async function holdsJson<Content>(
  folder: string,
  parse: JsonParser<Content>,
  { depth, lookedAt }: { readonly depth?: number; readonly lookedAt: number },
): Promise<boolean> {
  for (const path of (await listJson(folder, depth)).slice(0, lookedAt)) {
    if (parse(await tryJson(join(folder, path))) !== undefined) return true;
  }
  return false;
}

/**
 * All JSON files of a folder that are of a kind, in the order of their paths.
 * @throws {DatasetError} If a file, of whatever kind, holds no JSON
 */
export async function readJsonFiles<Content>(
  folder: string,
  parse: JsonParser<Content>,
  depth?: number,
): Promise<JsonFile<Content>[]> {
  const read = await mapLimited(await listJson(folder, depth), 16, async (path) => {
    const content = parse(await readJson(join(folder, path)));
    return content === undefined ? [] : [{ path, content }];
  });
  return read.flat();
}

/** Files of which `brokenJson` looks at the first. */
const MOST_LOOKED_AT = 20;

/** Words on the first `.json` file of a folder that holds no JSON; empty where all do: a label tool's may be cut off. */
export async function brokenJson(folder: string): Promise<string> {
  for (const path of (await listJson(folder, 2)).slice(0, MOST_LOOKED_AT)) {
    try {
      await readJson(join(folder, path));
    } catch (error) {
      if (error instanceof DatasetError) return `; ${error.message.replace(/^Cannot/, "cannot")}`;
      throw error;
    }
  }
  return "";
}

/** Paths of `.json` files below a folder with `/`, in order; hidden ones and a system's own are left out. */
export async function listJson(folder: string, depth = 3): Promise<string[]> {
  return await listEnding(folder, /\.json$/i, depth);
}

/** Paths of files of an ending below a folder with `/`, in order; hidden ones and a system's own are left out. */
export async function listEnding(folder: string, ending: RegExp, depth = 3, below = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (/^(\.|@|__MACOSX$)/.test(entry.name)) continue;
    if (entry.isDirectory() && depth > 0) found.push(...await listEnding(folder, ending, depth - 1, path));
    else if (entry.isFile() && ending.test(entry.name)) found.push(path);
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
