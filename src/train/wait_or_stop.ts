import { TrainingError } from "../core/errors.ts";

/** A wait was given up because the run was asked to stop. */
export class StoppedWaiting extends TrainingError {}

/**
 * Ends what goes before a round's first update; several workers stop together, after an update.
 * @param where For the error's text, for example `while photos were labeled`
 * @throws {StoppedWaiting} If the run was asked to stop
 */
export function refuseStopped(
  { workers, shouldStop }: { readonly workers?: unknown; readonly shouldStop?: () => boolean },
  where: string,
): void {
  if (workers === undefined && shouldStop?.() === true) {
    throw new StoppedWaiting(`Cannot go on: the run was asked to stop ${where}`);
  }
}

/** How often it is looked whether the run was asked to stop: people do not notice, and most waits are shorter. */
const LOOK_EVERY_MS = 200;

/**
 * Waits for something that may take long or for ever (a file system that hangs), unless the run is asked to stop.
 * @param what Names it in the error's text, for example `for the next batch`
 * @param asked Whether the run was asked to stop
 * @throws {StoppedWaiting} If it was, before what is waited for came; the wait goes on unheard
 */
export async function waitOrStop<T>(
  wait: Promise<T>,
  what: string,
  asked: (() => boolean) | undefined,
): Promise<T> {
  if (asked === undefined) return await wait;
  let timer: ReturnType<typeof setInterval> | undefined;
  const stopped = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (!asked()) return;
      reject(new StoppedWaiting(`Cannot go on: the run was asked to stop while it waited ${what}`));
    }, LOOK_EVERY_MS);
  });
  try {
    return await Promise.race([wait, stopped]);
  } finally {
    clearInterval(timer);
  }
}
