/** The formats of `exportModel`, in the order in which help texts name them. */
export const EXPORT_FORMATS = ["onnx", "tfjs", "web", "safetensors", "torch"] as const;

/** A format of `exportModel`. */
export type ExportFormat = typeof EXPORT_FORMATS[number];
