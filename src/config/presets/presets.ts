import { ConfigError } from "../../core/errors.ts";
import { expectedNames } from "../../core/names.ts";
import { DEMO, DEMO_WASM } from "./demo.ts";
import { OFFICIAL_PRESETS } from "./official.ts";
import { CAMVID, CAMVID_LITE, OWN } from "./own_images.ts";
import type { Preset } from "./preset.ts";

/** All presets, in the order in which help texts name them. */
export const PRESETS: readonly Preset[] = [DEMO, DEMO_WASM, OWN, CAMVID, CAMVID_LITE, ...OFFICIAL_PRESETS];

/**
 * The preset of a name.
 * @throws {ConfigError} If there is none; names all and the nearest
 */
export function findPreset(name: string): Preset {
  const found = PRESETS.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  throw new ConfigError(
    `Cannot use preset "${name}": it is unknown, ${
      expectedNames(name, PRESETS.map((preset) => preset.name))
    }`,
  );
}
