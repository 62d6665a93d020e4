import { parse, stringify } from "smol-toml";
import { tomlReason } from "../core/toml_reason.ts";
import { ConfigError } from "../core/errors.ts";
import { checkConfig } from "./check_config.ts";
import type { RunConfig } from "./run_config.ts";

/** Options that are not given have no line. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutUndefined(inner)]));
}

/** A configuration as TOML, the `config.toml` of a run folder; `configFromToml` is the inverse. */
export function configToToml(config: RunConfig): string {
  return stringify(withoutUndefined(config));
}

/**
 * Reads the TOML of a run's configuration.
 * @param name Path of the file, for error texts
 * @throws {ConfigError} If it is no TOML, or an option is unknown, missing or out of range
 */
export function configFromToml(text: string, name: string): RunConfig {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new ConfigError(`Cannot read config "${name}": ${tomlReason(error, text)}, expected TOML`, {
      cause: error,
    });
  }
  return checkConfig(value, `config "${name}"`);
}
