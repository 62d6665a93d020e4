/** How long a run was worked on before, out of its TensorBoard events: each piece, up to a stop, has a file of its own. */
import { readdir } from "node:fs/promises";
import { readRegularFile } from "../core/regular_file.ts";
import { readEvents } from "../formats/event_reader.ts";
import type { LoggedEvent } from "../formats/events.ts";
import type { RunFolder } from "./run_folder.ts";

/** The pieces of a run before it goes on; empty where its folder does not tell of the first. */
export interface EarlierPieces {
  /** Start of the first, ISO 8601. */
  readonly started?: string;
  /** Seconds of all, without the time between them. */
  readonly seconds?: number;
}

/** Reads the pieces that a run had so far. */
export async function earlierPieces(folder: RunFolder): Promise<EarlierPieces> {
  try {
    const names = (await readdir(folder.path)).filter((name) => name.includes("tfevents")).sort();
    const pieces: (readonly LoggedEvent[])[] = [];
    for (const name of names) {
      pieces.push(readEvents(await readRegularFile(folder.file(name))).events);
    }
    const begun = pieces.filter((events) => events.length > 0);
    const first = begun[0]?.find(({ sessionStart }) => sessionStart);
    return first?.iteration === 0 ? timesOf(begun) : {};
  } catch {
    return {}; // a report can do without
  }
}

function timesOf(pieces: readonly (readonly LoggedEvent[])[]): EarlierPieces {
  const spent = pieces.map((events) => events.at(-1)!.wallTime - events[0]!.wallTime);
  return {
    started: new Date(pieces[0]![0]!.wallTime * 1000).toISOString(),
    seconds: spent.reduce((sum, seconds) => sum + Math.max(0, seconds), 0),
  };
}
