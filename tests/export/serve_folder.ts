/** A static web server for one folder. */
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};

/** A running server. */
export interface FolderServer {
  /** Ends with `/`. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly requested: string[];
  stop(): Promise<void>;
}

/**
 * Serves a folder on a free port of this machine.
 * @param headers Sent with every file
 */
export function serveFolder(folder: string, headers: Readonly<Record<string, string>> = {}): FolderServer {
  const requested: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = normalize(decodeURIComponent(new URL(request.url).pathname));
    requested.push(path);
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined) return new Response("not found", { status: 404 });
    return new Response(new Uint8Array(bytes), {
      headers: { ...headers, "content-type": TYPES[name.split(".").at(-1)!] ?? "image/*" },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    requested,
    stop: () => server.shutdown(),
  };
}
