/**
 * How near to its edge an input of ours must be where the reference decides, as a share of the call's largest input:
 * three times the exporter's limit, since ours differs from the reference's by rounding (by up to 3e-5 in a third step).
 */
export const OWN_EDGE = 1e-4;

/**
 * Share within which every rectifier input of a first step must be listed: a third of the exporter's limit (first steps
 * differ by up to 7e-6 there).
 */
export const SURELY_LISTED = 1e-5;
