import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withoutMask } from "./choose_labeled.ts";
import { type Dataset, type Item, type Source, sourceName } from "./dataset.ts";

/** Tells where a picture lies, whatever links its folder is reached by. */
function placeFinder(): (image: Source) => string {
  const folders = new Map<string, string>();
  const real = (folder: string) => {
    try {
      return realpathSync(folder);
    } catch {
      return folder;
    }
  };
  return (image) => {
    if (image.kind !== "file") return sourceName(image);
    const folder = dirname(image.path);
    if (!folders.has(folder)) folders.set(folder, real(folder));
    return join(folders.get(folder)!, basename(image.path));
  };
}

/**
 * Adds unlabeled images, such as those of `openUnlabeled`, to a dataset. Pictures that it has already, in any list, are
 * not added: nothing of val or test is trained with because it lies in the same folder. An id that another picture has
 * becomes the whole path.
 */
export function addUnlabeled(dataset: Dataset, items: readonly Item[]): Dataset {
  const present = [...dataset.train, ...dataset.val, ...dataset.test, ...dataset.unlabeled];
  const place = placeFinder();
  const pictures = new Set(present.map(({ image }) => place(image)));
  const ids = new Set(present.map(({ id }) => id));
  const added = items
    .filter(({ image }) => !pictures.has(place(image)))
    .map((item) => ids.has(item.id) ? { ...item, id: sourceName(item.image) } : item)
    .map(withoutMask);
  return { ...dataset, unlabeled: [...dataset.unlabeled, ...added] };
}
