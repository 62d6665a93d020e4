/** Which mask belongs to which photo, by their names: one rule for all of a dataset's files. */
import { basename, dirname } from "node:path";
import { withoutEnding } from "../image_files.ts";
import { PHOTO_PREFIXES, PHOTO_SUFFIXES } from "../mask_names.ts";

/** Pictures of a folder of photos and of its folder of masks; paths below them, with `/`. */
export interface NameGroup {
  /** Photos. */
  readonly images: readonly string[];
  /** Masks. */
  readonly masks: readonly string[];
}

/** Masks found for photos. */
export interface Matching {
  /** The mask of each photo that has one, for each group. */
  readonly groups: readonly ReadonlyMap<string, string>[];
  /** Masks without a photo, for each group; where no rule fits all. */
  readonly alone: readonly (readonly string[])[];
  /** What the rule is, where names are not simply the same. */
  readonly note?: string;
  /** Rules that fit all and give different photos: none is taken. */
  readonly ambiguous?: readonly string[];
}

/** What is taken off names before they are compared. */
interface Rule {
  readonly text: string;
  /** What is left of a photo's path; `undefined` where the rule does not fit it. */
  image(path: string): string | undefined;
  /** The same of a mask's. */
  mask(path: string): string | undefined;
}

/** An end that can be told from a name: it is a word after a separator (a number is none), or one for masks. */
const TELLING_SUFFIX = /^([^\p{L}\p{N}].*\p{L}|mask|label|seg|gt|annot)/iu;
const TELLING_PREFIX = /(\p{L}.*[^\p{L}\p{N}]|masks?|labels?|seg|gt)$/iu;

/** The folder of a path and a changed name in it. */
function renamed(path: string, change: (name: string) => string | undefined): string | undefined {
  const folder = dirname(path);
  const name = change(basename(path));
  return name === undefined || folder === "." ? name : `${folder}/${name}`;
}

function without(prefix: string, suffix: string): (name: string) => string | undefined {
  return (name) => {
    const isOf = name.startsWith(prefix) && name.endsWith(suffix) &&
      name.length > prefix.length + suffix.length;
    return isOf ? name.slice(prefix.length, name.length - suffix.length) : undefined;
  };
}

/** The ends of names, taken off. */
interface Ends {
  readonly prefix: string;
  readonly suffix: string;
}

const NO_ENDS: Ends = { prefix: "", suffix: "" };

function shown({ prefix, suffix }: Ends): string {
  return `"${prefix}*${suffix}"`;
}

function endsRule(image: Ends, mask: Ends): Rule {
  return {
    text: `masks are called ${shown(mask)} where photos are called ${shown(image)}`,
    image: (path) => renamed(withoutEnding(path), without(image.prefix, image.suffix)),
    mask: (path) => renamed(withoutEnding(path), without(mask.prefix, mask.suffix)),
  };
}

const SAME: Rule = { text: "", image: withoutEnding, mask: withoutEnding };

/** `photo.jpg.png`, perhaps with more at the end: `photo.jpg_mask.png`. */
function endingKept(suffix: string): Rule {
  return {
    text: `masks are called "photo.jpg${suffix}.png", with the photo's ending`,
    image: (path) => path,
    mask: (path) => renamed(withoutEnding(path), without("", suffix)),
  };
}

function foldedRule(rule: Rule): Rule {
  const note = "upper and lower case differ between photos and masks";
  return {
    text: rule.text === "" ? note : `${rule.text}, and ${note}`,
    image: (path) => rule.image(path.toLowerCase()),
    mask: (path) => rule.mask(path.toLowerCase()),
  };
}

/** Ends that the names of all photos have, and none. */
function imageEnds(images: readonly string[]): Ends[] {
  const names = images.map((path) => basename(withoutEnding(path)));
  const all = [
    ...PHOTO_SUFFIXES.map((suffix) => ({ prefix: "", suffix })),
    ...PHOTO_PREFIXES.map((prefix) => ({ prefix, suffix: "" })),
  ];
  return [
    NO_ENDS,
    ...all.filter(({ prefix, suffix }) =>
      names.length > 0 && names.every((name) => without(prefix, suffix)(name) !== undefined)
    ),
  ];
}

/** Rules that would give the first mask some photo. */
function candidates({ images, masks }: NameGroup): Rule[] {
  const mask = basename(withoutEnding(masks[0]!));
  const rules = new Map<string, Rule>();
  const add = (rule: Rule) => rules.set(rule.text, rule);
  const consider = (name: string, make: (mask: Ends) => Rule) => {
    const at = name === "" ? -1 : mask.indexOf(name);
    if (at < 0) return;
    const ends = { prefix: mask.slice(0, at), suffix: mask.slice(at + name.length) };
    const tells = (ends.prefix === "" || TELLING_PREFIX.test(ends.prefix)) &&
      (ends.suffix === "" || TELLING_SUFFIX.test(ends.suffix));
    if (tells) add(make(ends));
  };
  add(SAME);
  for (const image of images) {
    const name = basename(image);
    if (mask.startsWith(name)) add(endingKept(mask.slice(name.length)));
  }
  for (const ends of imageEnds(images)) {
    const strip = without(ends.prefix, ends.suffix);
    for (const image of images) {
      consider(strip(basename(withoutEnding(image))) ?? "", (found) => endsRule(ends, found));
    }
  }
  return [...rules.values()];
}

/** The same for names of which only the letter case may differ. */
function foldedCandidates({ images, masks }: NameGroup): Rule[] {
  const lower = (paths: readonly string[]) => paths.map((path) => path.toLowerCase());
  return candidates({ images: lower(images), masks: lower(masks) }).map(foldedRule);
}

/**
 * The masks that a rule gives to photos; `undefined` where it does not fit all. Letters of several marks (`ü`) are one however a
 * system writes them.
 */
function applied(rule: Rule, { images, masks }: NameGroup): Map<string, string> | undefined {
  const byKey = new Map<string, string>();
  for (const image of images) {
    const key = rule.image(image)?.normalize();
    if (key === undefined) continue;
    if (byKey.has(key)) return undefined;
    byKey.set(key, image);
  }
  const found = new Map<string, string>();
  for (const mask of masks) {
    const key = rule.mask(mask)?.normalize();
    const image = key === undefined ? undefined : byKey.get(key);
    if (image === undefined || found.has(image)) return undefined;
    found.set(image, mask);
  }
  return found;
}

interface Fit {
  readonly rule: Rule;
  readonly groups: readonly ReadonlyMap<string, string>[];
}

function fitsOf(rules: readonly Rule[], groups: readonly NameGroup[]): Fit[] {
  return rules.flatMap((rule) => {
    const found: ReadonlyMap<string, string>[] = [];
    for (const group of groups) {
      const matched = applied(rule, group);
      if (matched === undefined) return [];
      found.push(matched);
    }
    return [{ rule, groups: found }];
  });
}

/** Fits that give other masks than the ones before. */
function distinct(fits: readonly Fit[]): Fit[] {
  const same = (a: Fit, b: Fit) =>
    a.groups.every((map, i) => [...map].every(([image, mask]) => b.groups[i]!.get(image) === mask));
  return fits.filter((fit, i) => fits.findIndex((other) => same(fit, other)) === i);
}

/** What the same names give where no rule fits all. */
function byName(groups: readonly NameGroup[]): Matching {
  const found = groups.map(({ images, masks }) => {
    const byStem = new Map(images.map((path) => [withoutEnding(path), path]));
    const matched = masks.map((mask) => [byStem.get(withoutEnding(mask)), mask] as const);
    return {
      map: new Map(matched.flatMap(([image, mask]) => image === undefined ? [] : [[image, mask] as const])),
      alone: matched.flatMap(([image, mask]) => image === undefined ? [mask] : []),
    };
  });
  return { groups: found.map(({ map }) => map), alone: found.map(({ alone }) => alone) };
}

/**
 * Matches masks with photos in the same folder below theirs. Where the names without ending are not the same for all, one
 * rule is looked for that fits every mask: ends of names (`_mask`, `mask_`, `_sat` against `_mask`), the photo's ending
 * kept (`photo.jpg.png`), then letter case. It is taken where exactly one fits, and said.
 */
export function matchNames(groups: readonly NameGroup[]): Matching {
  const alone = groups.map(() => []);
  const [same] = fitsOf([SAME], groups);
  if (same !== undefined) return { groups: same.groups, alone };
  const first = groups.find(({ masks }) => masks.length > 0)!;
  for (const rulesOf of [candidates, foldedCandidates]) {
    const fits = distinct(fitsOf(rulesOf(first), groups));
    const [fit] = fits;
    if (fits.length > 1) {
      return { ...byName(groups), ambiguous: fits.map(({ rule }) => rule.text) };
    }
    if (fit !== undefined) return { groups: fit.groups, alone, note: fit.rule.text };
  }
  return byName(groups);
}
