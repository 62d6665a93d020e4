/** Who may change a file: a library that somebody else can write to would run his code as this user. */
import { dirname, resolve } from "node:path";
import { BackendUnavailable } from "../../core/errors.ts";

/** What decides about a path; `Deno.FileInfo` has it. */
export interface Ownership {
  /** User of the owner; `null` where the system has none (Windows). */
  readonly uid: number | null;
  /** Permission bits; `null` where the system has none. */
  readonly mode: number | null;
}

/** Users whose files are trusted. */
export interface TrustedUsers {
  /** The user of this process. */
  readonly own: number | null;
  /** Root, by the number that it has here: in a user namespace it may have another than 0. */
  readonly root: number | null;
}

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** The user of this process by the C library, where it may be asked. */
function askedUser(): number | undefined {
  if (Deno.build.os === "windows" || Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    return undefined;
  }
  try {
    const name = Deno.build.os === "darwin" ? "libSystem.B.dylib" : "libc.so.6";
    const libc = Deno.dlopen(name, { geteuid: { parameters: [], result: "u32" } });
    const user = libc.symbols.geteuid();
    libc.close();
    return user;
  } catch {
    return undefined; // another C library: a file tells it
  }
}

/** The user of this process by a file that it makes. */
async function userOfFile(): Promise<number | null> {
  try {
    const probe = await Deno.makeTempFile({ prefix: "guidedmix-owner-" });
    const { uid } = await Deno.stat(probe);
    await Deno.remove(probe);
    return uid;
  } catch (error) {
    throw new BackendUnavailable(
      `Cannot tell whose files can be trusted: no temporary file can be made (${
        (error as Error).message
      }), ` +
        "expected a place for one; TMPDIR may name it",
      { cause: error },
    );
  }
}

/** Who this process and root are. Asking Deno for the user would take a permission of its own. */
export async function trustedUsers(): Promise<TrustedUsers> {
  return { own: askedUser() ?? await userOfFile(), root: (await Deno.stat("/")).uid };
}

/**
 * Why a path is not trusted; `undefined` where it is.
 * @param isAbove Whether it is a folder above the one in question: there others may write if only owners may rename
 * (sticky, as in /tmp)
 */
export function distrust(
  { uid, mode }: Ownership,
  users: TrustedUsers,
  isAbove: boolean,
): string | undefined {
  if (uid === null || mode === null || users.own === null) return undefined;
  if (uid !== users.own && uid !== users.root && uid !== 0) return `it belongs to user ${uid}`;
  const mayRename = isAbove && (mode & STICKY) !== 0;
  if ((mode & OTHERS_WRITE) !== 0 && !mayRename) return "all users may write to it";
  return undefined;
}

/** The folders above a path, the nearest first. */
function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/**
 * What is wrong with a path or a folder above it, as named and as links lead to it; `undefined` where nothing is.
 * @param judged How many of them others may not write to at all: a file and its folder, or a folder
 */
async function distrustOf(path: string, judged: number, users: TrustedUsers): Promise<string | undefined> {
  for (const place of new Set([resolve(path), await Deno.realPath(path)])) {
    for (const [i, part] of [place, ...foldersAbove(place)].entries()) {
      const why = distrust(await Deno.stat(part), users, i >= judged);
      if (why !== undefined) return `"${part}": ${why}`;
    }
  }
  return undefined;
}

async function requireOwn(action: string, paths: readonly string[], judged: number): Promise<void> {
  const users = await trustedUsers();
  for (const path of paths) {
    const why = await distrustOf(path, judged, users);
    if (why === undefined) continue;
    throw new BackendUnavailable(
      `Cannot ${action} ${why}, expected files and folders of your own or of root that no other user may write to; ` +
        "XDG_CACHE_HOME or GUIDEDMIX_LIBTENSORFLOW may name such a place",
    );
  }
}

/**
 * Makes sure that nobody but this user and root may change files, nor put others in their place. Groups are trusted:
 * many systems give each user one of his own.
 * @throws {BackendUnavailable} Naming the first file or folder that somebody else may change
 */
export async function requireOwnFiles(paths: readonly string[]): Promise<void> {
  await requireOwn("load libtensorflow from", paths, 2);
}

/** The same for a folder whose files are not there yet. @throws {BackendUnavailable} As `requireOwnFiles` */
export async function requireOwnFolder(folder: string): Promise<void> {
  await requireOwn("keep libtensorflow in", [folder], 1);
}
