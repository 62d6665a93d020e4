import assert from "node:assert/strict";
import { readLabeled } from "../../src/data/read_item.ts";
import type { EvaluationShare } from "../../src/eval/evaluate_dataset.ts";
import {
  comparePseudoMasks,
  predictPseudoMask,
  type PseudoMaskComparison,
  SURE_LEVELS,
  sureLabels,
} from "../../src/eval/pseudo_masks.ts";
import { predictImage, predictProbabilities } from "../../src/eval/predict_image.ts";
import type { Network } from "../../src/model/network.ts";
import { numericTest } from "../numeric.ts";
import { tinyDataset, tinyDiagnosis, tinyNetwork } from "../train/tiny_run.ts";

/** A network that is sure of some pixels: a fresh one with a hundred times its last weights. */
async function withNetwork(body: (network: Network) => Promise<void>): Promise<void> {
  const network = tinyNetwork();
  try {
    const weights = await network.export();
    const last = weights.get("decode_head.conv_seg.weight")!.data as Float32Array;
    last.forEach((weight, i) => last[i] = 100 * weight);
    network.parameters.load(weights);
    await body(network);
  } finally {
    network.dispose();
  }
}

const DATASET = await tinyDataset();
const ITEMS = await tinyDiagnosis();

Deno.test("sureLabels() keeps labels whose probability is above the level, not those at it", () => {
  const labels = Uint8Array.of(3, 4, 5, 255);
  assert.deepEqual([...sureLabels(labels, Float32Array.of(0.4, 0.5, 0.75, 1), 0.5, 255)], [255, 255, 5, 255]);
  assert.deepEqual([...sureLabels(labels, Float32Array.of(0.4, 0.5, 0.75, 1), 0, 9)], [3, 4, 5, 255]);
});

numericTest("predictPseudoMask() gives the classes of predictImage() and their probabilities", async () => {
  await withNetwork(async (network) => {
    const { image } = await readLabeled(DATASET, ITEMS[0]!);
    const { labels, probabilities } = await predictPseudoMask(network, image);
    assert.deepEqual(labels, (await predictImage(network, image)).labels);
    const all = predictProbabilities(network, image);
    const values = all.dataSync() as Float32Array;
    all.dispose();
    const classes = DATASET.classes.length;
    labels.forEach((label, i) => assert.equal(probabilities[i], values[i * classes + label]));
  });
});

/** Counts pixel by pixel, without a matrix: accuracy and share at each level. */
async function slowMeasures(network: Network): Promise<{ accuracy: number; share: number }[]> {
  const levels = [0, ...SURE_LEVELS].map((above) => ({ above, right: 0, sure: 0, all: 0 }));
  for (const item of ITEMS) {
    const { image, labels: { data } } = await readLabeled(DATASET, item);
    const { labels, probabilities } = await predictPseudoMask(network, image);
    data.forEach((truth, i) => {
      if (truth === 255) return;
      for (const level of levels) {
        level.all++;
        if (probabilities[i]! <= level.above) continue;
        level.sure++;
        if (labels[i] === truth) level.right++;
      }
    });
  }
  return levels.map(({ right, sure, all }) => ({ accuracy: right / sure, share: sure / all }));
}

numericTest("comparePseudoMasks() equals a slow count at every level", async () => {
  await withNetwork(async (network) => {
    const seen: string[] = [];
    const found = await comparePseudoMasks(network, DATASET, ITEMS, {
      onImage: (done, total) => void seen.push(`${done}/${total}`),
    });
    const [all, ...sure] = await slowMeasures(network);
    assert.equal(found.images, ITEMS.length);
    assert.equal(seen.at(-1), `${ITEMS.length}/${ITEMS.length}`);
    assert.equal(found.summary.accuracy, all!.accuracy);
    assert.deepEqual(found.sure.map(({ above }) => above), SURE_LEVELS);
    found.sure.forEach(({ share, summary }, i) => {
      assert.equal(share, sure[i]!.share);
      if (share > 0) assert.equal(summary!.accuracy, sure[i]!.accuracy);
      else assert.equal(summary, undefined);
    });
    assert.ok(found.sure[0]!.share > 0 && found.sure[0]!.share < 1, "the level splits the pixels");
    assert.ok(found.sure.every(({ share }, i) => i === 0 || share <= found.sure[i - 1]!.share));
  });
});

numericTest("comparePseudoMasks() by two processes gives the counts of one", async () => {
  await withNetwork(async (network) => {
    const sent: Float64Array[] = [];
    const first: EvaluationShare = {
      index: 0,
      count: 2,
      sumCounts(counts) {
        sent.push(counts);
        return counts;
      },
    };
    await comparePseudoMasks(network, DATASET, ITEMS, { share: first });
    let next = 0;
    const sumCounts = (counts: Float64Array) => counts.map((count, i) => count + sent[next]![i]!);
    const second: EvaluationShare = {
      index: 1,
      count: 2,
      sumCounts(counts) {
        const sum = sumCounts(counts);
        next++;
        return sum;
      },
    };
    const together: PseudoMaskComparison = await comparePseudoMasks(network, DATASET, ITEMS, {
      share: second,
    });
    assert.deepEqual(together, await comparePseudoMasks(network, DATASET, ITEMS));
  });
}, ["wasm"]);
