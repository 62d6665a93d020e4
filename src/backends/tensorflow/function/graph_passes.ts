/**
 * Which passes TensorFlow runs over a function's graph. Grappler's (constant folding, arithmetic, remapping to fused kernels,
 * layout, memory, …) are off: of a training step they bring nothing that could be measured and ResNet-50 becomes slower
 * (LOG.md), they take most of the first call, and some fuse what another pass has taken away. The function runtime's own
 * folding of constants stays.
 */

/** ConfigProto 10 graph_options { 10 rewrite_options { 19 disable_meta_optimizer: true } }. */
export const WITHOUT_GRAPPLER: Uint8Array<ArrayBuffer> = new Uint8Array([
  ...[0x52, 5],
  ...[0x52, 3],
  ...[0x98, 0x01, 1],
]);
