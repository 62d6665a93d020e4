/** Where this project keeps what it downloaded. */
import { isAbsolute, join } from "node:path";
import { BackendUnavailable } from "../../core/errors.ts";
import { LIBRARY_VARIABLE, type LibraryBuild, TENSORFLOW_VERSION } from "./found_library.ts";

/**
 * The project's folder in the user's cache: below `$XDG_CACHE_HOME` where that is an absolute path, else `~/.cache`.
 * @throws {BackendUnavailable} If there is no home folder either
 */
export function cacheRoot(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME");
  if (cache !== undefined && isAbsolute(cache)) return join(cache, "guidedmix");
  const home = Deno.env.get("HOME");
  if (home !== undefined && isAbsolute(home)) return join(home, ".cache", "guidedmix");
  throw new BackendUnavailable(
    `Cannot tell the cache folder: neither XDG_CACHE_HOME nor HOME is an absolute path, expected one of them; ` +
      `or set ${LIBRARY_VARIABLE} to the folder of a libtensorflow`,
  );
}

/** The folder that holds a whole library of that build, or does not exist. */
export function libraryFolder(build: LibraryBuild): string {
  return join(cacheRoot(), `libtensorflow-${TENSORFLOW_VERSION}-${build}`);
}
