import { basename } from "node:path";
import { type Item, sourceName } from "./dataset.ts";
import { withoutEnding } from "./image_files.ts";
import { tidyPath } from "./list_file.ts";

/** Finds items by what lists call them. */
export interface ItemIndex {
  /**
   * The items that an entry means: by id, by the whole path, by the end of the path (`city/x.png`), or by the bare name;
   * with backslashes too.
   * @returns More than one where the name is ambiguous; empty where nothing fits
   */
  find(entry: string): readonly Item[];
}

/** The id and its ends after each slash: `a/b/c.png`, `b/c.png`, `c.png`; and the name without ending. */
function namesOf(id: string): Set<string> {
  const parts = id.split("/");
  return new Set([...parts.map((_, i) => parts.slice(i).join("/")), basename(withoutEnding(id))]);
}

/** Makes an index over some items. */
export function indexItems(items: readonly Item[]): ItemIndex {
  const byName = new Map<string, Item[]>();
  for (const item of items) {
    for (const name of namesOf(item.id)) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [item]);
      else known.push(item);
    }
  }
  const byId = new Map(items.map((item) => [item.id, item]));
  const byPath = new Map(items.map((item) => [sourceName(item.image), item]));
  const named = (entry: string) => {
    const name = tidyPath(entry);
    const exact = byId.get(entry) ?? byId.get(name) ?? byPath.get(entry);
    return exact !== undefined ? [exact] : byName.get(name) ?? [];
  };
  return {
    find(entry) {
      const found = named(entry);
      return found.length > 0 ? found : named(entry.replaceAll("\\", "/"));
    },
  };
}
