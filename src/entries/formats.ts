/**
 * Files as bytes: pictures (JPEG, PNG, TIFF, WebP, BMP), masks, and weights as safetensors and as PyTorch's `.pth`. Nothing
 * here opens a file, and nothing in one is executed.
 *
 * ```ts
 * import { decodeRgb, decodeSafetensors, encodeRgbPng, encodeSafetensors } from "@guidedmix/guidedmix/formats";
 * import assert from "node:assert/strict";
 *
 * const picture = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255) };
 * const read = await decodeRgb(encodeRgbPng(picture), "two pixels");
 * assert.deepEqual([...read.data], [...picture.data]);
 *
 * const bias = { dtype: "float32", shape: [2], data: Float32Array.of(0.5, -1) } as const;
 * const { tensors } = decodeSafetensors(encodeSafetensors(new Map([["bias", bias]])));
 * assert.deepEqual(tensors.get("bias")!.shape, [2]);
 * ```
 *
 * @module
 */
export type { StoredData, StoredDtype, StoredTensor } from "../formats/stored_tensor.ts";
export { decodeRgb } from "../formats/decode_rgb.ts";
export type { RgbImage } from "../formats/rgb_image.ts";
export { decodeMask, type RawMask } from "../formats/decode_mask.ts";
export { encodeIndexedPng, encodeRgbPng } from "../formats/encode_png.ts";
export type { PngContent } from "../formats/png_strips.ts";
export { type PictureRegion, resizeBilinear } from "../formats/resize_image.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from "../formats/safetensors.ts";
export { readTorchTensors, type TorchExtra, type TorchFile } from "../formats/torch_file.ts";
export { writeTorchFile } from "../formats/torch_write.ts";
