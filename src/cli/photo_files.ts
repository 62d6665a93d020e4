import { basename, extname, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { isFolder, listPictures, realPathOf, withoutAnyEnding } from "../data/image_files.ts";
import { isInside } from "../data/inside.ts";
import { missingPaths, missingPhotos } from "../data/missing_paths.ts";

/** A photo to predict. */
export interface PhotoFile {
  /** Absolute path. */
  readonly path: string;
  /** Where its results go below the output folder, without an ending. */
  readonly name: string;
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
 * @throws {ConfigError} If there is no path, or nothing where they lead, a folder holds no picture, or two photos have one name
 * @throws {DatasetError} If a folder cannot be read
 */
export async function photoFiles(paths: readonly string[]): Promise<PhotoFile[]> {
  if (paths.length === 0) {
    throw new ConfigError("Cannot predict: no photo is named, expected files or folders");
  }
  const missing = await missingPaths(paths);
  if (missing.length === paths.length) throw missingPhotos("predict", missing);
  const files: PhotoFile[] = [];
  for (const path of paths) {
    if (!await isFolder(path)) {
      files.push({ path: resolve(path), name: withoutAnyEnding(basename(path)) });
      continue;
    }
    const found = await listPictures(path);
    if (found.length === 0) {
      throw new ConfigError(
        `Cannot predict folder "${path}": it holds no picture, expected JPEG, PNG, TIFF, WebP or BMP files`,
      );
    }
    files.push(...found.map((name) => ({ path: resolve(join(path, name)), name: withoutAnyEnding(name) })));
  }
  const named = distinct([...new Map(files.map((file) => [file.path, file])).values()]);
  refuseClash(named);
  return named;
}

/** Names of a photo's results below the output folder, by what they are. */
export function resultNames(
  { name }: Pick<PhotoFile, "name">,
): { index: string; color: string; overlay: string } {
  return { index: `${name}.png`, color: `${name}-color.png`, overlay: `${name}-overlay.png` };
}

function refuseClash(files: readonly PhotoFile[]): void {
  const owners = new Map<string, PhotoFile>();
  for (const file of files) {
    for (const result of Object.values(resultNames(file))) {
      const owner = owners.get(result);
      if (owner !== undefined) {
        throw new ConfigError(
          `Cannot predict "${file.path}": its result "${result}" is one of "${owner.path}" too, ` +
            "expected different names; predict them into different folders",
        );
      }
      owners.set(result, file);
    }
  }
}

/**
 * Makes sure that no result replaces a photo, and that none lies where photos are looked for the next time.
 * @param paths As given: files and folders
 * @throws {ConfigError} If the output folder lies in a folder of photos, or a result has the path of a photo
 */
export async function refuseOverwriting(
  paths: readonly string[],
  files: readonly PhotoFile[],
  out: string,
): Promise<void> {
  const target = await realPathOf(out);
  for (const path of paths) {
    if (!await isFolder(path) || !isInside(await realPathOf(path), target)) continue;
    throw new ConfigError(
      `Cannot predict into "${out}": it lies in the folder of photos "${path}", expected another folder in --out`,
    );
  }
  const photos = new Set(await Promise.all(files.map(({ path }) => realPathOf(path))));
  const replaced = files.flatMap((file) => Object.values(resultNames(file))).map((name) => join(target, name))
    .find((path) => photos.has(path));
  if (replaced === undefined) return;
  throw new ConfigError(
    `Cannot predict into "${out}": a result would replace the photo "${replaced}", expected another folder in --out`,
  );
}
