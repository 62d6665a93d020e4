/** A server on loopback that gives a file in several ways, and sources that name it. */
import { createHash } from "node:crypto";
import type { WeightSource } from "../../../src/interop/pretrained/weight_sources.ts";

/** The file that the server has. */
export const CONTENT = new TextEncoder().encode("weights\n".repeat(20_000));

/** What a request gets. */
export type Way = "whole" | "cut" | "redirect" | "missing" | "silent" | "other";

function cutOff(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(CONTENT.subarray(0, 1000));
    },
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.error(new Error("cut"));
    },
  });
}

/** Serves until it is disposed. */
export class LoopbackServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();
  /** Requests so far. */
  requests = 0;

  /** Starts to listen on a free port. */
  constructor() {
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      onError: () => new Response("failed", { status: 500 }),
    }, (request) => this.#answer(request));
  }

  /** A source of the file, had in a way. */
  source(way: Way, sha256 = createHash("sha256").update(CONTENT).digest("hex")): WeightSource {
    return {
      name: "made",
      file: `made-${sha256.slice(0, 8)}.pth`,
      sha256,
      licence: "none",
      origin: "a test",
      place: { address: `http://127.0.0.1:${this.#server.addr.port}/${way}` },
    };
  }

  async #answer(request: Request): Promise<Response> {
    this.requests++;
    const way = new URL(request.url).pathname.slice(1) as Way;
    switch (way) {
      case "whole":
        return new Response(CONTENT, { headers: { "content-length": String(CONTENT.length) } });
      case "other":
        return new Response("another file");
      case "redirect":
        return new Response(null, { status: 302, headers: { location: "/whole" } });
      case "cut":
        return new Response(cutOff(), { headers: { "content-length": String(CONTENT.length) } });
      case "silent":
        await new Promise<void>((resolve) => this.#stop.signal.addEventListener("abort", () => resolve()));
        return new Response();
      default:
        return new Response("not here", { status: 404 });
    }
  }

  /** Answers what waits, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.shutdown();
  }
}
