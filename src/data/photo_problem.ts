import { DatasetError } from "../core/errors.ts";
import type { Source } from "./dataset.ts";
import { readImage } from "./read_item.ts";

/** An error's text from the file's name on. */
export function textFromName(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Cannot (read|decode) /, "");
}

/** What is wrong with a photo, beginning with its path in quotes, found by decoding it; `undefined` for a good one. */
export async function photoProblem(image: Source): Promise<string | undefined> {
  try {
    await readImage({ image });
    return undefined;
  } catch (error) {
    if (error instanceof DatasetError) return textFromName(error);
    throw error;
  }
}
