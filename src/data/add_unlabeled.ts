import { withoutMask } from "./choose_labeled.ts";
import { type Dataset, type Item, sourceName } from "./dataset.ts";

/**
 * Adds unlabeled images, such as those of `openUnlabeled`, to a dataset. Pictures that it has already, in any list, are
 * not added: nothing of val or test is trained with because it lies in the same folder. An id that another picture has
 * becomes the whole path.
 */
export function addUnlabeled(dataset: Dataset, items: readonly Item[]): Dataset {
  const present = [...dataset.train, ...dataset.val, ...dataset.test, ...dataset.unlabeled];
  const pictures = new Set(present.map(({ image }) => sourceName(image)));
  const ids = new Set(present.map(({ id }) => id));
  const added = items
    .filter(({ image }) => !pictures.has(sourceName(image)))
    .map((item) => ids.has(item.id) ? { ...item, id: sourceName(item.image) } : item)
    .map(withoutMask);
  return { ...dataset, unlabeled: [...dataset.unlabeled, ...added] };
}
