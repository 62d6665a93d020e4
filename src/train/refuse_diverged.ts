import { Diverged } from "../core/errors.ts";
import type { StoredTensor } from "../formats/stored_tensor.ts";
import { isFinite, listNames } from "../nn/check_tensors.ts";

/**
 * Makes sure that parameters are finite before they are saved: a loss may still be finite when the update that follows it
 * is not.
 * @throws {Diverged} Names those that are not
 */
export function refuseDiverged(parameters: ReadonlyMap<string, StoredTensor>, iteration: number): void {
  const wrong = [...parameters].filter(([, tensor]) => !isFinite(tensor)).map(([name]) => name);
  if (wrong.length === 0) return;
  throw new Diverged(
    `Cannot save iteration ${iteration}: ${
      listNames("parameters are not finite", wrong)[0]
    }, expected finite values; training has diverged`,
  );
}
