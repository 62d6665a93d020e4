import { readdirSync } from "node:fs";
import { missingData, sharedPath, testUnless } from "../support.ts";
import { refusedWithin } from "./strange_files.ts";

for (const [folder, kind] of [["images", "image"], ["weights", "weights"]] as const) {
  const place = `cases/files/${folder}`;
  testUnless(
    missingData(place),
    `every file of ${place} is refused in one sentence within 2 s and 300 MB`,
    async () => {
      const path = sharedPath(place)!;
      for (const name of readdirSync(path)) {
        await refusedWithin(kind, `${path}/${name}`, { ms: 2000, bytes: 300e6 });
      }
    },
  );
}
