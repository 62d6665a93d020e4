/** The label of pixels that are left out of loss and mIoU, in every label map inside guidedmix. */
export const IGNORE_LABEL = 255 as const;
