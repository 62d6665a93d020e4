import * as tf from "@tensorflow/tfjs-core";
import { PAPER_MIX } from "../../src/config/objectives/guided_mix.ts";
import { labeledMixLoss } from "../../src/method/labeled_mix_loss.ts";
import { Tape } from "../../src/nn/tape.ts";
import { assertClose, checkGradients, normal, numericTest } from "../numeric.ts";

const { dec } = PAPER_MIX;
const PIXELS = { alignCorners: false, average: "all" } as const;

/** L_dec where every image is its partner's equal: predictions of a mixture are those of its parts. */
function lossOfEquals(options: Partial<typeof dec>): { loss: number; meanSquare: number } {
  const labeled = normal([1, 2, 2, 3], "labeled");
  const labels = tf.zeros([2, 2, 2], "int32") as tf.Tensor3D;
  const both = tf.tile(labeled, [2, 1, 1, 1]);
  const tape = new Tape({ recording: false });
  const value = tape.constant(both);
  const mixture = { mixed: value, labeled: value, labels, partners: [1, 0] };
  const [loss] = labeledMixLoss(tape, mixture, 0.25, { ...dec, ...options }, PIXELS).tensor.dataSync();
  const meanSquare = tf.tidy(() => tf.mean(tf.square(both)).dataSync()[0]!);
  tape.dispose();
  tf.dispose([labeled, labels, both]);
  return { loss: loss!, meanSquare };
}

numericTest("labeledMixLoss() of equal images is 0 where the theory says so: divided by 1 − λ", () => {
  for (const space of ["logits", "probabilities"] as const) {
    assertClose([lossOfEquals({ normalize: true, space }).loss], [0], { ofMaximum: 0, absolute: 1e-12 });
  }
});

numericTest(
  "labeledMixLoss() of equal images is λ² of the mean square undivided, all of it when hard",
  () => {
    const soft = lossOfEquals({});
    assertClose([soft.loss], [0.0625 * soft.meanSquare], { ofMaximum: 1e-5 });
    const hard = lossOfEquals({ mode: "hard" });
    assertClose([hard.loss], [hard.meanSquare], { ofMaximum: 1e-5 });
  },
);

numericTest(
  "labeledMixLoss() has the gradients of finite differences, the partner's prediction constant",
  () => {
    const inputs = [normal([2, 2, 3, 3], "mixed"), normal([2, 2, 3, 3], "labeled")];
    const labels = tf.tensor3d([0, 1, 2, 2, 1, 255, 1, 1, 0, 0, 2, 2], [2, 2, 3], "int32");
    const others = normal([2, 2, 3, 3], "others");
    for (const loss of ["mse", "ce"] as const) {
      checkGradients(inputs, (tape, [mixed, labeled]) => {
        const mixture = {
          mixed: mixed!,
          labeled: labeled!,
          others: tape.constant(others),
          labels,
          partners: [1, 0],
        };
        return labeledMixLoss(tape, mixture, 0.3, { ...dec, loss }, PIXELS);
      });
    }
    tf.dispose([...inputs, labels, others]);
  },
);
