import { randomStream } from "../core/random.ts";
import { numbersOf } from "./comparison.ts";
import type { ReferenceFile, ReferenceTensor } from "./reference_folder.ts";

/**
 * Further runs of a training case that is out of tolerance, each with the images moved by rounding, where its file lists
 * no decisions at an edge (folders made before the exporter did so). A rectifier whose
 * input is 0 up to rounding lets a gradient through or not, as chance has it, and a later step then differs by far more
 * than rounding; such a case is within after the least change of its input. A wrong formula, or a changed reference, is
 * out in every run.
 */
export const FURTHER_RUNS = 3;

/** Half a unit in the last place of float32, relative. */
const HALF_UNIT = 2 ** -24;

function movedTensor(tensor: ReferenceTensor, name: string, run: number): ReferenceTensor {
  const stream = randomStream(run, `rounding/${name}`);
  const data = Float32Array.from(numbersOf(tensor), (value) => value * (1 + HALF_UNIT * stream.normal()));
  return { ...tensor, data };
}

/** A training case with its images multiplied by 1 + 2⁻²⁴ · a normal draw. @param run Counts from 1; 0 changes nothing */
export function movedByRounding(file: ReferenceFile, run: number): ReferenceFile {
  if (run === 0) return file;
  const tensors = new Map(file.tensors);
  for (const name of ["in/img", "in/unsup_img"]) {
    const tensor = tensors.get(name);
    if (tensor !== undefined) tensors.set(name, movedTensor(tensor, name, run));
  }
  return { ...file, tensors };
}
