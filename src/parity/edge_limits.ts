/**
 * How near to its edge an input of ours must be where the reference decides, as a share of the call's largest input:
 * three times the exporter's limit, since ours differs from the reference's by rounding (by up to 3e-5 in a third step).
 */
export const OWN_EDGE = 1e-4;

/** Share within which every rectifier input of a first step must be listed: a tenth of the exporter's limit. */
export const SURELY_LISTED = 3e-6;
