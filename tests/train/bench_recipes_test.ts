import assert from "node:assert/strict";
import { readStart, writeStart } from "../../tools/bench/recipe_start.ts";
import { needsMixDecoder, OUR_STEPS, type OurStep, RecipeStep } from "../../tools/bench/recipe_step.ts";
import { numericTest } from "../numeric.ts";

numericTest("every step of tools/bench/recipes.ts runs, from the same start", async () => {
  const folder = await Deno.makeTempDir({ prefix: "guidedmix-bench-" });
  try {
    const start = `${folder}/start.safetensors`;
    await writeStart(start, { batch: 2, size: 33 });
    const entropies: number[] = [];
    for (const name of Object.keys(OUR_STEPS) as OurStep[]) {
      const begun = await readStart(start, needsMixDecoder(name));
      const step = new RecipeStep(name, begun, { engine: "eager" });
      const losses = await step.run();
      assert.ok(Object.values(losses).every(Number.isFinite), `${name}: ${JSON.stringify(losses)}`);
      if (name !== "unimatch") entropies.push(losses.ce!);
      step.dispose();
    }
    for (const one of entropies) assert.ok(Math.abs(one - entropies[0]!) < 1e-5, `${entropies}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, ["tensorflow"]);
