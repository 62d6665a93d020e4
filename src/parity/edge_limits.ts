/**
 * Share of a rectifier's largest input within which ours must be where the reference decides: three times the exporter's
 * edge, since ours differs from the reference's by rounding (by up to 3e-5 in a third step).
 */
export const OWN_EDGE = 1e-4;

/** Share within which every input of a first step must be listed: a tenth of the exporter's edge. */
export const SURELY_LISTED = 3e-6;
