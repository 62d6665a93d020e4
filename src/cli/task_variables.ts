/**
 * Environment variables that the tasks of `deno.json` and the processes they start may read: where the cache lies, this
 * project's own, those that TensorFlow is told by, and those that the reader of arguments looks at for colours.
 */
export const TASK_VARIABLES =
  "HOME,XDG_CACHE_HOME,GUIDEDMIX_*,TF_*,ONEDNN_*,DNNL_*,CUDA_*,NVIDIA_*,NO_COLOR,FORCE_COLOR,CLICOLOR_FORCE";

/** What task `train` of `deno.json` may do, for the runs that a comparison starts. */
export const TRAIN_PERMISSIONS: readonly string[] = [
  "--allow-read",
  "--allow-write",
  `--allow-env=${TASK_VARIABLES}`,
  "--allow-ffi",
  "--allow-run=python3,deno,unshare",
  "--allow-net=127.0.0.1,download.pytorch.org,download.openmmlab.com",
  "--allow-sys=systemMemoryInfo",
  "--no-prompt",
];
