import type * as tf from "@tensorflow/tfjs-core";

/** A tfjs tensor of any rank and dtype. */
export type AnyTensor = tf.Tensor;

/** float32 `[N, H, W, C]`: images and feature maps. */
export type FeatureMap = tf.Tensor4D;

/** int32 `[N, H, W]`: class indices, 255 where a pixel is ignored. */
export type LabelMap = tf.Tensor3D;
