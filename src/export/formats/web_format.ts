import { encoderName } from "../../config/encoder_facts.ts";
import { description, inferenceGraph } from "../describe_request.ts";
import type { ExportRequest, FormatWriter } from "../export_request.ts";
import { putFolder } from "../put_files.ts";
import { exportTfjs } from "../tfjs.ts";
import { exportWeb } from "../web_page.ts";

const THREADS =
  "The page takes several threads where its host isolates it by two headers: README.md in the folder tells how";

/** A web page that runs the model. */
export const webFormat: FormatWriter = {
  place: "folder",
  takes: "a picture or the camera",
  gives: "mask",
  options: ["size", "weights", "title"],
  async write(request) {
    return { files: await putFolder(request.out, await pageFiles(request), "page.json"), notes: [THREADS] };
  },
};

function pageFiles(request: ExportRequest): Promise<Map<string, Uint8Array>> {
  const { size, version, labels, weights = "float32" } = request;
  const [height, width] = typeof size === "object" ? size : [480, 480];
  const graph = inferenceGraph(request, "mask");
  const model = exportTfjs(graph, { size: "any", version, weights, metadata: description(request) });
  const title = request.title ?? `${encoderName(request.model.encoder)} segmentation`;
  return exportWeb({ model, labels, title, pixels: height * width });
}
