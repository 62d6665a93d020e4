import { basename, extname, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { isFolder, listPictures } from "../data/image_files.ts";

/** A photo to predict. */
export interface PhotoFile {
  /** Absolute path. */
  readonly path: string;
  /** Where its results go below the output folder, without an ending. */
  readonly name: string;
}

function withoutEnding(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

/** Names that several photos would share keep their endings. */
function distinct(files: readonly PhotoFile[]): PhotoFile[] {
  const counts = new Map<string, number>();
  for (const { name } of files) counts.set(name, (counts.get(name) ?? 0) + 1);
  return files.map((file) =>
    counts.get(file.name)! > 1
      ? { ...file, name: `${file.name}-${extname(file.path).slice(1).toLowerCase()}` }
      : file
  );
}

/**
 * The photos that paths name: files as they are, folders with the folders in them.
 * @throws {ConfigError} If there is no path, a folder holds no picture, or two photos have one name
 * @throws {DatasetError} If a folder cannot be read
 */
export async function photoFiles(paths: readonly string[]): Promise<PhotoFile[]> {
  if (paths.length === 0) {
    throw new ConfigError("Cannot predict: no photo is named, expected files or folders");
  }
  const files: PhotoFile[] = [];
  for (const path of paths) {
    if (!await isFolder(path)) {
      files.push({ path: resolve(path), name: withoutEnding(basename(path)) });
      continue;
    }
    const found = await listPictures(path);
    if (found.length === 0) {
      throw new ConfigError(
        `Cannot predict folder "${path}": it holds no picture, expected JPEG or PNG files`,
      );
    }
    files.push(...found.map((name) => ({ path: resolve(join(path, name)), name: withoutEnding(name) })));
  }
  const named = distinct([...new Map(files.map((file) => [file.path, file])).values()]);
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return named;
  throw new ConfigError(
    `Cannot predict "${twice.path}": another photo is named "${twice.name}" too, expected different names`,
  );
}
