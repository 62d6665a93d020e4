/** Where the weights that a run begins with lie. */
import { ConfigError } from "../core/errors.ts";
import { isFolder } from "../data/image_files.ts";
import { RunFolder } from "./run_folder.ts";

/**
 * The file that `--weights` means: a file itself, of a run's folder its newest checkpoint.
 * @throws {ConfigError} If it is a folder without a checkpoint
 */
export async function weightFile(path: string): Promise<string> {
  if (!await isFolder(path)) return path;
  const { checkpoints } = new RunFolder(path);
  const [newest] = await checkpoints.list();
  if (newest !== undefined) return newest;
  throw new ConfigError(
    `Cannot read weights "${path}": it is a folder without checkpoints, expected a run, or a .pth or .safetensors file`,
  );
}
