/** Recipes as `--recipes` names them: with settings of their own, under a short name where one is given. */
import { findRecipe } from "../../config/resolve_config.ts";
import { ConfigError } from "../../core/errors.ts";
import type { VariantRecord } from "../../report/comparison/comparison_record.ts";

/** A name before a colon. */
const NAMED = /^([^:=]+):\s*(.+)$/;

/** A piece after a comma that goes on with the numbers of a setting, as in `decoder.dilations=1,2,4`. */
const NUMBERS = /^\s*-?\d/;

function pieces(text: string): string[] {
  return text.split(",").reduce<string[]>(
    (list, piece) =>
      list.length > 0 && NUMBERS.test(piece)
        ? [...list.slice(0, -1), `${list.at(-1)},${piece}`]
        : [...list, piece],
    [],
  );
}

/**
 * One of them: `guidedmix`, `guidedmix unsup.weight=0`, `no pseudo labels: guidedmix unsup.weight=0`.
 * @throws {ConfigError} If the recipe is unknown or what follows it is no setting
 */
export function variantOf(text: string): VariantRecord {
  const [, name, rest = text] = NAMED.exec(text.trim()) ?? [];
  const [recipe = "", ...settings] = rest.trim().split(/\s+/);
  findRecipe(recipe);
  const wrong = settings.find((setting) => !/^[^=]+=/.test(setting));
  if (wrong !== undefined) {
    throw new ConfigError(
      `Cannot compare "${text.trim()}": "${wrong}" is no setting, expected key=value after the recipe; ` +
        "several recipes have commas between",
    );
  }
  return { label: name?.trim() ?? [recipe, ...settings].join(" "), recipe, settings };
}

/**
 * The recipes of a list with commas between, in its order; the first `supervised` without settings, where there is one, comes
 * first: it is the baseline.
 * @throws {ConfigError} As `variantOf`, and if two have the same name
 */
export function variantsOf(text: string): VariantRecord[] {
  return withBaselineFirst(pieces(text).map(variantOf));
}

/** The same for variants. @throws {ConfigError} If two have the same name */
export function withBaselineFirst(variants: readonly VariantRecord[]): VariantRecord[] {
  const words = variants.map(({ label }) => folderWord(label));
  const twice = variants.find((_, i) => words.indexOf(words[i]!) !== i);
  if (twice !== undefined) {
    throw new ConfigError(
      `Cannot compare "${twice.label}" with itself: it is named twice, expected each once; ` +
        '"name: recipe key=value" gives another name',
    );
  }
  const baseline = variants.find(({ recipe, settings }) => recipe === "supervised" && settings.length === 0);
  return baseline === undefined ? [...variants] : [baseline, ...variants.filter((one) => one !== baseline)];
}

/** What a folder may be called after a variant. */
export function folderWord(label: string): string {
  return label.replaceAll(/[^\p{L}\p{N}.=-]+/gu, "_");
}
