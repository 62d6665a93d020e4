/** What tests share: where optional data lies, and tests that say why they are skipped. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Path of a file or folder of the project itself. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}

/** Path of development data that lies beside the project and is no part of it; `undefined` where it is missing. */
export function sharedPath(relative: string): string | undefined {
  const path = fileURLToPath(new URL(`../../shared/${relative}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}

/** A test that is skipped, its name carrying the reason, where `missing` is a text. */
export function testUnless(
  missing: string | undefined,
  name: string,
  body: () => void | Promise<void>,
): void {
  const ignore = missing !== undefined;
  Deno.test({ name: ignore ? `${name} [skipped: ${missing}]` : name, ignore, fn: body });
}

/** The reason for `testUnless` when optional data is missing. */
export function missingData(relative: string): string | undefined {
  return sharedPath(relative) === undefined ? `no ../shared/${relative}` : undefined;
}
