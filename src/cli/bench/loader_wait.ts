import { chooseLabeled } from "../../data/choose_labeled.ts";
import { openSynthetic } from "../../data/synthetic/synthetic.ts";
import { augmentOptions } from "../../data/augment/augment_options.ts";
import { createLoader } from "../../data/loader/loader.ts";

const STEPS = 6;

/**
 * Mean time that a step waits for its batch while the loader decodes and augments generated pictures beside it, in
 * seconds. The first batch, which nothing can run beside, is left out.
 * @param step Runs between batches
 */
export async function loaderWait(
  { crop, batch }: { readonly crop: number; readonly batch: number },
  step: () => Promise<unknown>,
): Promise<number> {
  const dataset = await chooseLabeled(openSynthetic({ size: crop }), { fraction: "1/8", seed: 0 });
  const loader = createLoader(dataset, {
    batchLabeled: batch,
    batchUnlabeled: batch,
    augment: augmentOptions({ height: crop, width: crop }),
    seed: 0,
    workers: 1,
  });
  let waitedMs = 0;
  try {
    await loader.next();
    for (let i = 0; i < STEPS; i++) {
      await step();
      const started = performance.now();
      await loader.next();
      waitedMs += performance.now() - started;
    }
  } finally {
    loader.close();
  }
  return waitedMs / STEPS / 1000;
}
