/** Names of classes that stand for nothing. */
const NOTHING = /^(bg|back\s?ground|void|other|none|nothing|ignored?|un\s?labell?ed|not labell?ed)$/i;

/**
 * Whether a class stands for nothing by its name, such as background, void and unlabeled; letter case and the signs `_`
 * and `-` around and in it do not matter.
 */
export function standsForNothing(name: string): boolean {
  return NOTHING.test(name.replace(/[_\s-]+/g, " ").trim());
}
