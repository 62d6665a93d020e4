import { randomStream } from "../core/random.ts";
import { brokenText, SKIP_BROKEN } from "./broken_photos.ts";
import { type CheckReport, checkReport, type MaskSample } from "./check_report.ts";
import { type Dataset, type Item, type Source, sourceName } from "./dataset.ts";
import { mapLimited } from "./map_limited.ts";
import { countsByRule, type ValueCount } from "./mask_rule.ts";
import { labelFindings } from "./masks/label_problems.ts";
import { softColors, softGreys } from "./masks/soft_edges.ts";
import { isSurveyed, surveyMasks, type SurveyProgress } from "./masks/survey_masks.ts";
import { textFromName } from "./photo_problem.ts";
import { MEND_FILES, throwCollected } from "./problems.ts";
import { checkPicture, fitsEitherWay, liesAsStored } from "./read_item.ts";
import { outsideText } from "./suggest_mapping.ts";

/** How a dataset is checked. */
export interface CheckDatasetOptions {
  /**
   * Masks that are decoded, chosen by chance among train, val and test; 256 by default. All, where all were read before
   * to tell the classes.
   */
  readonly masks?: number;
  /** Told how many masks were read. */
  readonly onMasks?: SurveyProgress;
}

/** Files that are read at one time. */
const AT_ONCE = 16;

/** What the headers of a dataset's files tell. */
interface Headers {
  /** Width and height of each image that can be read. */
  readonly sizes: readonly string[];
  /** Sentences on what is read in its own way. */
  readonly notes: readonly string[];
  /** One a file of a labeled image, and one for all unlabeled ones. */
  readonly problems: readonly string[];
  /** What to do about them. */
  readonly hint?: string;
}

interface ItemHeader {
  readonly size?: string;
  /** Whether the mask lies as the photo is stored. */
  readonly turned?: boolean;
  /** Whether the photo is turned by EXIF, and the mask's size does not tell whether it is turned too. */
  readonly either?: boolean;
  /** Whether the photo has 16 bits. */
  readonly deep?: boolean;
  readonly problems: readonly string[];
}

/** The headers of an item's files, and a problem for each that cannot be read or does not fit. */
async function readHeaders({ image, mask }: Item): Promise<ItemHeader> {
  const problems: string[] = [];
  const tried = (source: Source, kind: "image" | "mask") =>
    checkPicture(source, kind).catch((error) => void problems.push(textFromName(error)));
  const picture = await tried(image, "image");
  const labels = mask === undefined ? undefined : await tried(mask, "mask");
  if (!picture) return { problems };
  const size = `${picture.width} × ${picture.height}`;
  const deep = picture.bitDepth > 8;
  const fits = !labels || (labels.width === picture.width && labels.height === picture.height);
  if (fits) return { size, deep, either: labels !== undefined && fitsEitherWay(picture), problems };
  const turned = liesAsStored(picture, labels);
  if (!turned) {
    problems.push(
      `"${sourceName(mask!)}" is ${labels.width} × ${labels.height}, expected ${size} as its image`,
    );
  }
  return { size, deep, turned, problems };
}

/** Problems of labeled images one by one, those of unlabeled ones as one, and what to do. */
function headerProblems(
  { unlabeled }: Dataset,
  items: readonly Item[],
  found: readonly ItemHeader[],
): { problems: string[]; hint?: string } {
  const ofItems = items.map((item, i) => ({ item, problems: found[i]!.problems }));
  const labeled = ofItems.slice(0, items.length - unlabeled.length).flatMap(({ problems }) => problems);
  const broken = ofItems.slice(items.length - unlabeled.length)
    .flatMap(({ item, problems: [problem] }) => problem === undefined ? [] : [{ item, problem }]);
  if (broken.length > 0) {
    return {
      problems: [...labeled, brokenText(broken, unlabeled.length)],
      hint: `${MEND_FILES}; ${SKIP_BROKEN}`,
    };
  }
  return { problems: labeled, ...(labeled.length === 0 ? {} : { hint: MEND_FILES }) };
}

/** What the headers of a dataset's files tell, and what is wrong with them. */
async function allHeaders(dataset: Dataset): Promise<Headers> {
  const items = [...dataset.train, ...dataset.val, ...dataset.test, ...dataset.unlabeled];
  const found = await mapLimited(items, AT_ONCE, readHeaders);
  const chosen = (key: "turned" | "either" | "deep") => items.filter((_, i) => found[i]![key] === true);
  const [turned, either, deep] = [chosen("turned"), chosen("either"), chosen("deep")];
  const notes: string[] = [];
  if (turned.length > 0) {
    notes.push(
      `${turned.length} masks lie as their photos are stored, before the turn that EXIF states: they are turned with ` +
        `them, first "${turned[0]!.id}"`,
    );
  }
  if (either.length > 0) {
    notes.push(
      `EXIF turns or mirrors ${either.length} labeled photos whose masks would have the same size before it, first "${
        either[0]!.id
      }": masks are read as drawn on the turned photo; look whether the picture of --check agrees`,
    );
  }
  if (deep.length > 0) {
    notes.push(
      `${deep.length} pictures have 16 bits: each is read by the upper 8 of the 8, 10, 12, 14 or 16 that its largest ` +
        `value needs, first "${deep[0]!.id}"`,
    );
  }
  return {
    sizes: found.flatMap(({ size }) => size ?? []),
    notes,
    ...headerProblems(dataset, items, found),
  };
}

function mergeCounts(all: readonly (readonly ValueCount[])[]): ValueCount[] {
  const merged = new Map<number, ValueCount>();
  for (const { value, count, known } of all.flat()) {
    merged.set(value, { value, count: count + (merged.get(value)?.count ?? 0), known });
  }
  return [...merged.values()].sort((a, b) => b.count - a.count || a.value - b.value);
}

function softText(name: string, soft: string): string {
  return `masks hold values of no class, first "${name}": ${soft}`;
}

/** Masks to look at, in their order. */
function chosenMasks(dataset: Dataset, wanted: number): Source[] {
  const labeled = [...dataset.train, ...dataset.val, ...dataset.test].flatMap(({ mask }) => mask ?? []);
  if (labeled.every(isSurveyed)) return labeled;
  const order = randomStream(0, "masks to check").permutation(labeled.length).slice(0, wanted);
  return order.sort((a, b) => a - b).map((index) => labeled[index]!);
}

/** Counts masks by the dataset's rule; values outside the classes become one problem with the histogram of all of them. */
async function sampleMasks(
  dataset: Dataset,
  chosen: readonly Source[],
  problems: string[],
  onProgress: SurveyProgress | undefined,
): Promise<MaskSample> {
  const surveyed = await surveyMasks(chosen, { onProgress });
  const counted = surveyed.map((one, i) => {
    try {
      if ("problem" in one) throw new Error(one.problem);
      return countsByRule(one, dataset.maskRule, sourceName(chosen[i]!));
    } catch (error) {
      problems.push(textFromName(error));
      return [];
    }
  });
  const counts = mergeCounts(counted);
  const bad = counted.findIndex((own) => own.some(({ known }) => !known));
  if (bad >= 0) {
    const { value } = counted[bad]!.find(({ known }) => !known)!;
    const soft = dataset.maskRule.masks === "color" ? softColors(counts) : softGreys(counts);
    const name = sourceName(chosen[bad]!);
    problems.push(soft === undefined ? outsideText(name, value, counts, dataset) : softText(name, soft));
  }
  return { masks: chosen.length, counts };
}

/**
 * Looks at a dataset before a run: the ends of every image and mask, and all pixels of some masks. Masks of unlabeled
 * images are not opened: their items have none.
 * @returns What was found, as numbers and as a text of a few lines
 * @throws {DatasetError} Collected: missing or damaged files, masks of another size than their image (with what to do), and values outside
 * the classes with the first bad file, its value, a histogram and a suggested mapping; train or val without a labeled pixel;
 * a class without a pixel beside a 255 that nothing describes
 */
export async function checkDataset(
  dataset: Dataset,
  options: CheckDatasetOptions = {},
): Promise<CheckReport> {
  const { sizes, notes, hint, ...headers } = await allHeaders(dataset);
  const problems = [...headers.problems];
  const chosen = chosenMasks(dataset, options.masks ?? 256);
  const sample = await sampleMasks(dataset, chosen, problems, options.onMasks);
  const labels = await labelFindings(dataset, chosen, { onProgress: options.onMasks });
  // labels of masks that cannot be read, or hold other values, tell nothing
  if (problems.length === 0) problems.push(...labels.problems);
  throwCollected(`use dataset "${dataset.name}"`, [...new Set(problems)], hint);
  return checkReport(dataset, sizes, sample, [...notes, ...labels.warnings]);
}
