import { inTemporary } from "../cli/small_runs.ts";
import { refusedWithin } from "./strange_files.ts";
import { SLOW_PICKLES } from "./slow_pickles.ts";

for (const [name, make] of Object.entries(SLOW_PICKLES)) {
  Deno.test(`readWeights() refuses ${name} within 2 s and 300 MB`, () =>
    inTemporary(async (folder) => {
      const path = `${folder}/slow.pth`;
      await Deno.writeFile(path, make());
      await refusedWithin("weights", path, { ms: 2000, bytes: 300e6 });
    }));
}
