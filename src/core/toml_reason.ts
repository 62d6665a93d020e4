import { TomlError } from "smol-toml";
import { quoted } from "./shown_text.ts";

/** Letters of a line that are shown. */
const MOST_SHOWN = 60;

/** Why a text is no TOML, with the line: `invalid value in line 3 ("x = [1,")`. @param text What was parsed */
export function tomlReason(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
  if (!(error instanceof TomlError)) return reason;
  const line = text.split(/\r\n|\n/)[error.line - 1]?.trim() ?? "";
  return `${reason} in line ${error.line}${line === "" ? "" : ` (${quoted(line.slice(0, MOST_SHOWN))})`}`;
}
