/** Reads a Python wheel: its members, its RECORD (what every file must be) and its METADATA. */
import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { FormatError } from "../../core/errors.ts";
import { readZipDirectory, type ZipMember } from "../../formats/zip_directory.ts";
import { readZipText } from "../../formats/zip_member.ts";
import type { ZipSource } from "../../formats/zip_source.ts";
import { fileSource } from "./file_source.ts";

/** What RECORD says of a file. */
export interface RecordedFile {
  /** SHA-256 of its bytes, 64 hexadecimal digits. */
  sha256: string;
  /** Its bytes. */
  size: number;
}

/** An open wheel; close `file` when done. */
export interface Wheel {
  /** The wheel itself. */
  file: Deno.FsFile;
  /** Its bytes. */
  source: ZipSource;
  /** Its members by name. */
  members: ReadonlyMap<string, ZipMember>;
  /** What RECORD says of them, by name; files without a SHA-256 are left out. */
  record: ReadonlyMap<string, RecordedFile>;
  /** The text of METADATA. */
  metadata: string;
}

/**
 * Opens a wheel and reads what it says of itself.
 * @throws {FormatError} If it is damaged, or has not exactly one RECORD and METADATA
 */
export async function openWheel(path: string): Promise<Wheel> {
  const file = await Deno.open(path);
  try {
    const source = fileSource(file);
    const members = readZipDirectory(source);
    const record = parseRecord(await readZipText(source, infoMember(members, "RECORD")));
    const metadata = await readZipText(source, infoMember(members, "METADATA"));
    return { file, source, members, record, metadata };
  } catch (error) {
    file.close();
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`Cannot read wheel "${basename(path)}": ${error.message}`, { cause: error });
  }
}

/**
 * The requirements of one extra in METADATA, without their markers, such as "nvidia-nccl-cu12<3.0,>=2.27.7".
 * @throws {FormatError} If there is none
 */
export function extraRequirements(metadata: string, extra: string): string[] {
  const requirements: string[] = [];
  for (const line of metadata.split(/\r?\n/)) {
    if (line === "") break; // the description follows
    const [, requirement, marker] = /^Requires-Dist: ([^;]+?)\s*;\s*(.+)$/.exec(line) ?? [];
    const named = /^extra\s*==\s*["']([\w.-]+)["']$/.exec(marker ?? "")?.[1];
    if (requirement !== undefined && named === extra) requirements.push(requirement.replace(/[\s()]/g, ""));
  }
  if (requirements.length > 0) return requirements;
  throw new FormatError(`Cannot tell the packages of "${extra}": METADATA names none, expected at least one`);
}

/** Reads RECORD: a line a file, `path,sha256=<base64url>,<bytes>`, the path quoted where it holds a comma. */
export function parseRecord(text: string): Map<string, RecordedFile> {
  const record = new Map<string, RecordedFile>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),sha256=([\w-]+)=*,(\d+)$/.exec(line);
    if (match === null) continue;
    const [, quoted, plain, hash, size] = match;
    const name = quoted?.replaceAll('""', '"') ?? plain ?? "";
    record.set(name, { sha256: Buffer.from(hash ?? "", "base64url").toString("hex"), size: Number(size) });
  }
  return record;
}

function infoMember(members: ReadonlyMap<string, ZipMember>, name: string): ZipMember {
  const found = [...members.values()].filter((member) => /^[^/]+\.dist-info\/[^/]+$/.test(member.name))
    .filter((member) => member.name.endsWith(`/${name}`));
  if (found.length !== 1 || found[0] === undefined) {
    throw new FormatError(`${found.length} files ${name}, expected one`);
  }
  return found[0];
}
