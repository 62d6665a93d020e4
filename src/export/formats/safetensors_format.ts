import { encodeSafetensors } from "../../formats/safetensors.ts";
import { descriptionTexts } from "../describe_request.ts";
import type { FormatWriter } from "../export_request.ts";
import { exportedState } from "../export_state.ts";
import { putFile } from "../put_files.ts";

/** Weights as safetensors. */
export const safetensorsFormat: FormatWriter = {
  place: "file",
  takes: "weights only; the network takes [N, 3, H, W], RGB, normalized",
  gives: "logits",
  options: ["content"],
  async write({ content = "inference", ...request }) {
    const { tensors, notes } = exportedState(request.model, request.tensors, content);
    const bytes = encodeSafetensors(tensors, { format: "pt", ...descriptionTexts(request) });
    return { files: [await putFile(request.out, bytes)], notes };
  },
};
