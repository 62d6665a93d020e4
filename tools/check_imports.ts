/**
 * Refuses imports of `src` that do not go downwards, and imports from outside of the import map:
 *
 *     deno run --allow-read tools/check_imports.ts
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Folders of `src` from top to bottom; those of one line do not import each other. */
const LAYERS: readonly (readonly string[])[] = [
  ["cli", "entries"],
  ["suggest"],
  ["run"],
  ["report", "parity"],
  ["train", "export", "interop"],
  ["eval", "method"],
  ["data", "model"],
  ["config", "nn"],
  ["backends"],
  ["formats"],
  ["core"],
];

/** What is imported or exported again, in either kind of quotes, at run time too. */
const SPECIFIER = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']/g;

const ROOT = fileURLToPath(new URL("../src", import.meta.url));

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* sourceFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

function layerOf(path: string): { folder: string; level: number } {
  const [folder = ""] = relative(ROOT, path).split(/[\\/]/);
  return { folder, level: LAYERS.findIndex((line) => line.includes(folder)) };
}

/** The code without comments, whose examples import the package by its name. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function problemOf(path: string, specifier: string): string | undefined {
  const name = `src/${relative(ROOT, path)}`;
  if (/^(jsr|npm|https?):/.test(specifier)) {
    return `${name} imports "${specifier}", expected a name of deno.json's imports`;
  }
  if (!specifier.startsWith(".")) return undefined;
  const [from, to] = [layerOf(path), layerOf(join(dirname(path), specifier))];
  if (from.level < 0) {
    return `${name} lies in folder "${from.folder}", expected one of ${LAYERS.flat().join(", ")}`;
  }
  if (to.level < 0) return `${name} imports "${specifier}", expected a file of src`;
  if (from.folder === to.folder || to.level > from.level) return undefined;
  return `${name} imports "${specifier}": ${from.folder} is not above ${to.folder}, expected imports to go down`;
}

const problems: string[] = [];
let files = 0;
for await (const path of sourceFiles(ROOT)) {
  files++;
  const code = withoutComments(await Deno.readTextFile(path));
  for (const [, specifier] of code.matchAll(SPECIFIER)) {
    const problem = problemOf(path, specifier!);
    if (problem !== undefined) problems.push(problem);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${files} files, ${problems.length} imports in the wrong direction`);
if (problems.length > 0) Deno.exit(1);
