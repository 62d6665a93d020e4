import assert from "node:assert/strict";
import { createPictureCache, type DecodedItem } from "../../../src/data/loader/picture_cache.ts";

function decoded(bytes: number): () => Promise<DecodedItem> {
  return () => Promise.resolve({ image: { width: bytes / 3, height: 1, data: new Uint8Array(bytes) } });
}

Deno.test("createPictureCache() decodes once what it keeps", async () => {
  const cache = createPictureCache(100);
  const first = await cache.get("a", decoded(60));
  assert.equal(await cache.get("a", () => assert.fail("decoded again")), first);
  assert.deepEqual([cache.bytes(), cache.hits()], [60, 1]);
});

Deno.test("createPictureCache() keeps what came first and stays within its bytes", async () => {
  const cache = createPictureCache(100);
  await cache.get("a", decoded(60));
  await cache.get("b", decoded(60));
  await cache.get("c", decoded(30));
  assert.equal(cache.bytes(), 90);
  await cache.get("a", decoded(60));
  await cache.get("b", decoded(60));
  assert.equal(cache.hits(), 1);
});

Deno.test("createPictureCache() keeps nothing of a picture that cannot be decoded", async () => {
  const cache = createPictureCache(100);
  await assert.rejects(cache.get("a", () => Promise.reject(new Error("broken"))), /broken/);
  await cache.get("a", decoded(30));
  assert.deepEqual([cache.bytes(), cache.hits()], [30, 0]);
});
