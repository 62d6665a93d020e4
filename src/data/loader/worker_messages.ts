import type { Sample, SampleSettings, SampleTask } from "./sample_maker.ts";

/** To a worker: first the settings, then tasks. */
export type WorkerRequest =
  | { readonly kind: "start"; readonly settings: SampleSettings }
  | { readonly kind: "make"; readonly id: number; readonly task: SampleTask };

/** From a worker: one answer for each task, in the order of the tasks. */
export type WorkerAnswer =
  | { readonly kind: "made"; readonly id: number; readonly sample: Sample }
  | { readonly kind: "failed"; readonly id: number; readonly name: string; readonly message: string };
