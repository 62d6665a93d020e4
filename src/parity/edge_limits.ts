/** Within which share of a call's largest input the reference's own listed inputs are: three times the exporter's limit. */
export const REFERENCE_EDGE = 1e-4;

/**
 * Within which share of a call's largest input ours must be where the reference decides. In the first step rounding
 * parts the two: ten times the exporter's limit (7e-6 measured, 1e-4 where a norm of two values is nearly 0 / 0). Later
 * the parameters differ too: as much as inference with those of the third step may, by the table of tolerances.
 * @param step From 1
 */
export function ownEdge(step: number): number {
  return step === 1 ? 3e-4 : 5e-3;
}

/** Share within which most rectifier inputs of a first step must be listed: a third of the exporter's limit. */
export const MOSTLY_LISTED = 1e-5;
