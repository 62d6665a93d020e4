import type { Dataset, Item } from "../data/dataset.ts";
import type { LoadedBatch } from "../data/loader/batch.ts";
import { readImage } from "../data/read_item.ts";
import type { StepResult } from "../method/guided_mix_step.ts";
import { reportPicture } from "../report/report_picture.ts";
import type { PairRecord } from "../report/run_record.ts";

interface Pair {
  readonly labeledId: string;
  readonly unlabeledId: string;
  readonly mixCoefficient: number;
  readonly distance?: number;
}

/** Remembers the pairs that were mixed last, one an unlabeled image. */
export class PairLog {
  readonly #pairs = new Map<string, Pair>();

  /** Remembers at most `count` pairs. */
  constructor(readonly count: number) {}

  /** Takes the pairs of a step; without any it does nothing. */
  add(step: StepResult, batch: LoadedBatch): void {
    const { pairs, mixCoefficient } = step;
    pairs?.labeled.forEach((labeled, i) => {
      const labeledId = batch.labeledIds[labeled]!;
      const unlabeledId = batch.unlabeledIds[pairs.unlabeled[i]!]!;
      this.#pairs.delete(unlabeledId);
      this.#pairs.set(unlabeledId, {
        labeledId,
        unlabeledId,
        mixCoefficient: pairs.shares?.[i] ?? mixCoefficient,
        distance: pairs.distances?.[i],
      });
    });
    for (const old of [...this.#pairs.keys()].slice(0, -this.count)) this.#pairs.delete(old);
  }

  /** The pairs with their pictures, whole and not as they were cropped. */
  async records({ train, unlabeled }: Dataset): Promise<PairRecord[]> {
    const picture = async (items: readonly Item[], id: string) =>
      reportPicture("input", await readImage(items.find((item) => item.id === id)!));
    return await Promise.all(
      [...this.#pairs.values()].map(async ({ labeledId, unlabeledId, mixCoefficient, distance }) => ({
        labeled: await picture(train, labeledId),
        unlabeled: await picture(unlabeled, unlabeledId),
        labeledName: labeledId,
        unlabeledName: unlabeledId,
        mixCoefficient,
        distance,
      })),
    );
  }
}
