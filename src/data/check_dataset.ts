import { type CheckReport, checkReport } from "./check_report.ts";
import { type Dataset, type Item, type Source, sourceName } from "./dataset.ts";
import { countParts } from "./count_parts.ts";
import { labelProblems } from "./label_problems.ts";
import { mapLimited } from "./map_limited.ts";
import { throwCollected } from "./problems.ts";
import { type CheckedPicture, checkPicture, liesAsStored } from "./read_item.ts";

/** How a dataset is checked. */
export interface CheckDatasetOptions {
  /**
   * Masks that are decoded, chosen by chance among train, val and test; by default 256, or up to 20,000 where only the
   * masks tell whether 255 is a class.
   */
  readonly masks?: number;
  /** Told how many masks of how many are counted. */
  readonly onMask?: (done: number, total: number) => void;
}

/** Files that are read at one time. */
const AT_ONCE = 16;

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Cannot (read|decode) /, "");
}

/** What the headers of all files tell. */
interface Headers {
  /** Width and height of each image that can be read. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  /** Items whose mask lies as the photo is stored. */
  readonly turned: readonly Item[];
  /** Items whose picture has 16 bits. */
  readonly deep: readonly Item[];
}

interface ItemHeader {
  readonly item: Item;
  readonly picture?: CheckedPicture;
  readonly mask?: CheckedPicture;
  readonly problems: readonly string[];
}

/** Headers of an item's files, and a problem for each that cannot be read or does not fit. */
async function readHeaders(item: Item): Promise<ItemHeader> {
  const problems: string[] = [];
  const tried = (source: Source, kind: "image" | "mask") =>
    checkPicture(source, kind).catch((error) => void problems.push(textOf(error)));
  const picture = await tried(item.image, "image") ?? undefined;
  const mask = item.mask === undefined ? undefined : await tried(item.mask, "mask") ?? undefined;
  const differ = picture !== undefined && mask !== undefined &&
    (picture.width !== mask.width || picture.height !== mask.height);
  if (differ && !liesAsStored(picture, mask)) {
    problems.push(
      `"${sourceName(item.mask!)}" is ${mask.width} × ${mask.height}, expected ` +
        `${picture.width} × ${picture.height} as its image`,
    );
  }
  return { item, picture, mask, problems };
}

async function allHeaders(dataset: Dataset, problems: string[]): Promise<Headers> {
  const items = [...dataset.train, ...dataset.val, ...dataset.test, ...dataset.unlabeled];
  const found = await mapLimited(items, AT_ONCE, readHeaders);
  for (const { problems: own } of found) problems.push(...own);
  const readable = found.flatMap(({ item, picture, mask }) =>
    picture === undefined ? [] : [{ item, picture, mask }]
  );
  const chosen = (fits: (header: (typeof readable)[number]) => boolean) =>
    readable.filter(fits).map(({ item }) => item);
  return {
    sizes: readable.map(({ picture: { width, height } }) => ({ width, height })),
    turned: chosen(({ picture, mask }) =>
      mask !== undefined && picture.width !== picture.height && liesAsStored(picture, mask)
    ),
    deep: chosen(({ picture }) => picture.bitDepth > 8),
  };
}

function headerNotes({ turned, deep }: Headers): string[] {
  const first = (items: readonly Item[]) => `first "${items[0]!.id}"`;
  const notes: string[] = [];
  if (turned.length > 0) {
    notes.push(
      `${turned.length} masks lie as their photos are stored, before the turn that EXIF states: they are turned with ` +
        `them, ${first(turned)}; of photos turned by 180° it cannot be told`,
    );
  }
  if (deep.length > 0) {
    notes.push(
      `${deep.length} pictures have 16 bits: each is read by the upper 8 of the 8, 10, 12, 14 or 16 that its largest ` +
        `value needs, ${first(deep)}`,
    );
  }
  return notes;
}

/**
 * Looks at a dataset before a run: the ends of every image and mask, and all pixels of masks: of some, or of all where
 * only they tell what 255 means. Masks of unlabeled images are not opened: their items have none.
 * @returns What was found, as numbers and as a text of a few lines
 * @throws {DatasetError} Collected: missing or damaged files, masks of another size than their image, values outside
 * the classes with the first bad file, its value, a histogram and a suggested mapping; 255 that is no class where a class
 * has no pixel; train or val without a labeled pixel
 */
export async function checkDataset(
  dataset: Dataset,
  options: CheckDatasetOptions = {},
): Promise<CheckReport> {
  const problems: string[] = [];
  const headers = await allHeaders(dataset, problems);
  const parts = await countParts(dataset, options, problems);
  problems.push(...labelProblems(dataset, parts));
  throwCollected(`use dataset "${dataset.name}"`, [...new Set(problems)]);
  return checkReport(dataset, { sizes: headers.sizes, parts, notes: headerNotes(headers) });
}
