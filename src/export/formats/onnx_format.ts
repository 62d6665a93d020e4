import { measureRanges } from "../calibrate.ts";
import { descriptionTexts, inferenceGraph } from "../describe_request.ts";
import type { ExportRequest, FormatWriter } from "../export_request.ts";
import { exportOnnx } from "../onnx.ts";
import { putFile } from "../put_files.ts";

/** ONNX, in float32 or int8. */
export const onnxFormat: FormatWriter = {
  place: "file",
  takes: "[N, 3, H, W], RGB, 0 to 255; the model normalizes by the numbers below itself",
  gives: "logits",
  options: ["size", "output", "foldBatchNorm", "input", "calibration"],
  async write(request) {
    const graph = inferenceGraph(request, request.output ?? "logits");
    const { size = "multiple", input = "float32", version, calibration } = request;
    const ranges = calibration === undefined ? {} : { ranges: await measureRanges(graph, calibration) };
    const metadata = descriptionTexts(request);
    const bytes = exportOnnx(graph, { size, input, version, metadata, ...ranges });
    return { files: [await putFile(request.out, bytes)], notes: notes(request) };
  },
};

function notes({ size = "multiple", model, calibration }: ExportRequest): string[] {
  const stride = model.encoder.outputStride;
  const sizes = size === "multiple"
    ? `The model takes pictures whose height and width are multiples of ${stride}`
    : size === "any"
    ? "The model takes pictures of any size, by the operators Shape and Slice"
    : `The model takes pictures of ${size[1]} × ${size[0]} pixels (width × height)`;
  const int8 = "The model is int8: measure its mIoU beside the float model's before you rely on it";
  return calibration === undefined ? [sizes] : [sizes, int8];
}
