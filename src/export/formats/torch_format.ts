import { writeTorchFile } from "../../formats/torch_write.ts";
import type { FormatWriter } from "../export_request.ts";
import { exportedState } from "../export_state.ts";
import { putFile } from "../put_files.ts";

/** Weights as a `.pth` of PyTorch. */
export const torchFormat: FormatWriter = {
  place: "file",
  takes: "weights only; the network takes [N, 3, H, W], RGB, normalized",
  gives: "logits",
  options: ["content"],
  async write({ model, tensors: weights, out, content = "official" }) {
    const { tensors, notes } = exportedState(model, weights, content);
    return { files: [await putFile(out, writeTorchFile(tensors))], notes };
  },
};
