/** Memory of a library that was read while it loaded and is hardly needed afterwards. */
import { cString } from "./symbols.ts";

/** A part of the address space. */
export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+ +(\S.*)$/;
const NOTHING_CHANGED = /^Anonymous: +0 kB$/;

/**
 * Parts of memory that show files as they are: not writable, and no page differs from the file (relocations change some).
 * @param smaps Text of `/proc/self/smaps`
 * @param prefix Of the names of the files
 */
export function unchangedRanges(smaps: string, prefix: string): AddressRange[] {
  const ranges: AddressRange[] = [];
  let mapping: AddressRange | undefined;
  for (const line of smaps.split("\n")) {
    const [, start, end, rights, file] = MAPPING.exec(line) ?? [];
    if (file !== undefined) {
      const shows = file.split("/").at(-1)!.startsWith(prefix) && !rights!.includes("w");
      mapping = shows ? { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) } : undefined;
    } else if (mapping !== undefined && NOTHING_CHANGED.test(line)) ranges.push(mapping);
  }
  return ranges;
}

const LIBC_SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  madvise: { parameters: ["usize", "usize", "i32"], result: "i32" },
} as const;

type Libc = Deno.DynamicLibrary<typeof LIBC_SYMBOLS>["symbols"];

const PIECE_BYTES = 1 << 16;

/** A file below `/proc`, which Deno itself opens with every permission alone; empty where it cannot be read. */
function readProc(libc: Libc, path: string): string {
  const file = libc.open(cString(path), 0);
  if (file < 0) return "";
  const [decoder, piece] = [new TextDecoder(), new Uint8Array(PIECE_BYTES)];
  let text = "";
  for (let read = 0; (read = Number(libc.read(file, piece, BigInt(piece.length)))) > 0;) {
    text += decoder.decode(piece.subarray(0, read), { stream: true });
  }
  libc.close(file);
  return text;
}

const MADV_DONTNEED = 4;

/**
 * Takes the unchanged pages of libtensorflow's files out of this process: loading them reads 240 MB of symbols and code,
 * most of which nothing uses again. What is used comes back from the file by itself. Does nothing without glibc.
 */
export function giveBackLoadedPages(): void {
  if (Deno.build.os !== "linux") return;
  let library: Deno.DynamicLibrary<typeof LIBC_SYMBOLS>;
  try {
    library = Deno.dlopen("libc.so.6", LIBC_SYMBOLS);
  } catch {
    return; // musl: more memory, but right
  }
  const libc = library.symbols;
  for (const { start, end } of unchangedRanges(readProc(libc, "/proc/self/smaps"), "libtensorflow")) {
    libc.madvise(start, end - start, MADV_DONTNEED);
  }
  library.close();
}
