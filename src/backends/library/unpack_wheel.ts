/** Takes out of a wheel what running libtensorflow needs, each file checked against RECORD. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { FormatError } from "../../core/errors.ts";
import type { ManifestFile } from "./manifest.ts";
import { type ProgressHandler, ProgressMeter } from "./progress.ts";
import type { RecordedFile, Wheel } from "./wheel.ts";
import type { ZipMember } from "../../formats/zip_directory.ts";
import { readZipMember } from "../../formats/zip_member.ts";
import type { ZipSource } from "../../formats/zip_source.ts";
import { whileOpen } from "../../core/while_open.ts";

/** The libraries, the texts of their licences, and what XLA looks for beside them when it compiles for a GPU. */
const KEPT = [
  /^tensorflow\/libtensorflow(_cc|_framework)\.so\.2$/,
  /^tensorflow\/(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/,
  /^[^/]+\.dist-info\/(METADATA|(licenses\/)?(licen[cs]e|notice)[^/]*)$/i,
  /^nvidia\/[^/]+\/lib\/lib[^/]+\.so(\.\d+)*$/,
  /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/[^/]+\.bc)$/,
] as const;

/** NVRTC's second build of itself, for programs that ask for it by name. */
const LEFT_OUT = /\.alt\.so[.\d]*$/;

/** Whether a wheel's member is kept. */
export function isKept(name: string): boolean {
  return KEPT.some((pattern) => pattern.test(name)) && !LEFT_OUT.test(name);
}

/**
 * Unpacks the kept members of `wheel` below `folder`, under their names in the wheel; the data is on the disk afterwards.
 * @returns what was written
 * @throws {FormatError} If a member is damaged, or not what RECORD says
 */
export async function unpackWheel(
  wheel: Wheel,
  folder: string,
  onProgress?: ProgressHandler,
): Promise<ManifestFile[]> {
  const members = [...wheel.members.values()].filter((member) => isKept(member.name));
  const meter = new ProgressMeter("unpack", members.reduce((sum, { size }) => sum + size, 0), onProgress);
  const written: ManifestFile[] = [];
  for (const member of members) {
    const recorded = wheel.record.get(member.name);
    if (recorded === undefined) throw mismatch(member, "nothing about it");
    const path = join(folder, member.name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await unpackMember(wheel.source, member, { path, recorded, meter });
    written.push({ file: member.name, ...recorded });
  }
  return written;
}

interface Target {
  path: string;
  recorded: RecordedFile;
  meter: ProgressMeter;
}

async function unpackMember(source: ZipSource, member: ZipMember, target: Target): Promise<void> {
  const { path, recorded, meter } = target;
  if (member.size !== recorded.size) {
    throw mismatch(member, `${recorded.size} bytes, the wheel ${member.size}`);
  }
  const hash = createHash("sha256");
  const mode = member.name.endsWith("/bin/ptxas") ? 0o755 : 0o644;
  await whileOpen(await Deno.open(path, { write: true, createNew: true, mode }), async (file) => {
    for await (const bytes of readZipMember(source, member)) {
      hash.update(bytes);
      await writeAll(file, bytes);
      meter.add(bytes.length, member.name);
    }
    const sha256 = hash.digest("hex");
    if (sha256 !== recorded.sha256) throw mismatch(member, `sha256 ${recorded.sha256}, the wheel ${sha256}`);
    await file.syncData();
  });
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

function mismatch(member: ZipMember, state: string): FormatError {
  return new FormatError(`Cannot unpack "${member.name}": RECORD says ${state}, expected the same in both`);
}
