import assert from "node:assert/strict";
import { projectPath } from "../support.ts";

const { name: PACKAGE, exports: ENTRIES } = JSON.parse(await Deno.readTextFile(projectPath("deno.json"))) as {
  name: string;
  exports: Record<string, string>;
};

/** What a module exports, imported by a process that may do nothing. */
async function exportedAlone(specifier: string): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", projectPath("tests/entries/print_exports.ts"), specifier],
    cwd: projectPath(""),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)) as string[];
}

/** One function or class of each entry, what a reader would come for. */
const TELLING: Readonly<Record<string, string>> = {
  ".": "openModel",
  "./data": "openDataset",
  "./eval": "evaluateDataset",
  "./export": "exportModel",
  "./formats": "decodeRgb",
  "./method": "nearestPairs",
  "./train": "resolveConfig",
};

const seen = new Map<string, string>();

for (const [entry, path] of Object.entries(ENTRIES)) {
  const specifier = entry === "." ? PACKAGE : `${PACKAGE}/${entry.slice(2)}`;
  Deno.test(`"${specifier}" is imported alone, without any permission, and has names of its own`, async () => {
    const names = await exportedAlone(specifier);
    assert.ok(names.includes(TELLING[entry]!), `${names}`);
    for (const name of names) {
      assert.equal(seen.get(name), undefined, `${name} is exported by ${seen.get(name)} too`);
      seen.set(name, specifier);
    }
  });

  Deno.test(`"${specifier}" begins with what it is for, and an example`, async () => {
    const [, doc] = /^\/\*\*([\s\S]*?)\*\//.exec(await Deno.readTextFile(projectPath(path))) ?? [];
    assert.match(doc!, /@module/);
    assert.match(doc!, /```ts\n/);
    assert.match(doc!, new RegExp(`from "${specifier}"`));
  });
}
