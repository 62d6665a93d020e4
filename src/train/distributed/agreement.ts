import { usesUnlabeled } from "../../config/recipe.ts";
import { ConfigError } from "../../core/errors.ts";
import type { RunConfig } from "../../config/run_config.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import type { Network } from "../../model/network.ts";

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digestOfText(text: string): Promise<string> {
  return await digestOf(new TextEncoder().encode(text));
}

async function digestOfWeights(network: Network): Promise<string> {
  const digests: string[] = [];
  for (const [name, { data }] of await network.export()) {
    const { buffer, byteOffset, byteLength } = data;
    digests.push(name, await digestOf(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)));
  }
  return await digestOfText(digests.join());
}

/**
 * What all workers of a run must have alike before its first step, by name: iteration, configuration (without what may
 * differ by machine), lists of images, weights.
 */
export async function runFacts(
  config: RunConfig,
  dataset: Pick<Dataset, "train" | "unlabeled" | "val">,
  network: Network,
  iteration: number,
): Promise<Record<string, string>> {
  const { backend: _backend, data: { workers: _workers, ...data }, ...rest } = config;
  const lists = [dataset.train, dataset.unlabeled, dataset.val];
  const ids = (items: readonly Item[]) => items.map(({ id }) => id).join("\n");
  return {
    iteration: `${iteration}`,
    configuration: await digestOfText(JSON.stringify({ ...rest, data })),
    images: `${lists.map((list) => list.length).join("+")} ${await digestOfText(
      lists.map(ids).join("\n\n"),
    )}`,
    weights: await digestOfWeights(network),
  };
}

/** Refuses a batch that cannot be divided among so many workers. @throws {ConfigError} As `ownShare` */
export function checkShares({ batch, recipe }: Pick<RunConfig, "batch" | "recipe">, count: number): void {
  ownShare(batch.labeled, count, "batch.labeled");
  if (usesUnlabeled(recipe)) ownShare(batch.unlabeled, count, "batch.unlabeled");
}

/**
 * This process's part of a batch.
 * @param whole Images of the whole batch
 * @returns `whole / count`
 * @throws {ConfigError} If it is not whole
 */
export function ownShare(whole: number, count: number, what: string): number {
  if (whole % count === 0) return whole / count;
  const next = Math.ceil(whole / count) * count;
  throw new ConfigError(
    `Cannot share a batch: ${what} is ${whole} for ${count} workers, expected a multiple, for example ${next}`,
  );
}
