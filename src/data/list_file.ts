import { DatasetError } from "../core/errors.ts";
import { linesOf, readTextFile } from "./read_file.ts";
import { throwCollected } from "./problems.ts";

/** One line of a list: an image, and perhaps its mask, as written. */
export interface ListEntry {
  /** First field. */
  readonly image: string;
  /** Second field. */
  readonly mask?: string;
  /** Counts from 1. */
  readonly line: number;
}

/** Path with single slashes and no leading one: official lists hold `/JPEGImages/X.jpg` and `Dir//X.png`. */
export function tidyPath(path: string): string {
  return path.replace(/\/{2,}/g, "/").replace(/^\.?\//, "");
}

function linesWithoutEnd(text: string): string[] {
  const lines = linesOf(text);
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** Fields of a line, between spaces or tabs; one in double quotes may hold spaces, and quotes that are doubled. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"]|"")*)"|[^\s"]+/g)].map(([field, quoted]) =>
    quoted?.replaceAll('""', '"') ?? field
  );
}

/** A path as it stands in a list: in quotes where it holds spaces or quotes, which are doubled. */
export function listField(path: string): string {
  return /[\s"]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

function repeated(entries: readonly ListEntry[]): string[] {
  const first = new Map<string, number>();
  const problems: string[] = [];
  for (const { image, line } of entries) {
    // the slash keeps it from being an index, of which thousands may have one hash
    const key = `/${tidyPath(image)}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, line);
    else problems.push(`line ${line} repeats "${image}" of line ${earlier}, expected each image once`);
  }
  return problems;
}

/**
 * Reads the text of a list: a line holds an image and perhaps its mask. Empty lines at the end do not count.
 * @param name What error texts call the list
 * @throws {DatasetError} For a list without lines and, collected, for empty lines, lines of more than two fields and
 * repeated images
 */
export function parseList(text: string, name: string): ListEntry[] {
  const lines = linesWithoutEnd(text);
  if (lines.length === 0) {
    throw new DatasetError(`Cannot read list "${name}": it is empty, expected an image a line`);
  }
  const problems: string[] = [];
  const entries: ListEntry[] = [];
  lines.forEach((text, i) => {
    const fields = fieldsOf(text);
    const [image, mask] = fields;
    const line = i + 1;
    if (image === undefined || image === "") problems.push(`line ${line} is empty, expected an image`);
    else if (fields.length > 2) {
      problems.push(
        `line ${line} has ${fields.length} fields, expected image and mask (in double quotes where a name holds spaces)`,
      );
    } else entries.push(mask === undefined ? { image, line } : { image, mask, line });
  });
  throwCollected(`read list "${name}"`, [...problems, ...repeated(entries)]);
  return entries;
}

/**
 * Reads a list file.
 * @throws {DatasetError} If the file cannot be read, and as {@link parseList}
 */
export async function readList(path: string): Promise<ListEntry[]> {
  return parseList(await readTextFile(path), path);
}
