/** Headless Chromium, where it is installed. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const PATH = Deno.env.get("GUIDEDMIX_CHROMIUM") ?? "/usr/bin/chromium";

/** The reason why there is no browser; `undefined` where there is one. */
export function missingBrowser(): string | undefined {
  return existsSync(PATH) ? undefined : `no Chromium at ${PATH}; GUIDEDMIX_CHROMIUM names another`;
}

/** Runs `body` in a browser with a profile of its own, which is removed. */
export async function withBrowser(
  body: (context: BrowserContext) => Promise<void>,
  more: readonly string[] = [],
): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), "guidedmix-browser-"));
  const quiet = ["background-networking", "component-update", "sync", "quic", "default-apps", "extensions"];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: PATH,
    headless: true,
    viewport: { width: 1180, height: 820 },
    args: ["--no-sandbox", "--no-first-run", ...quiet.map((name) => `--disable-${name}`), ...more],
  });
  try {
    await body(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}
