"""Prints the digests in hsv_test.ts, distort_test.ts and normalize_test.ts, made with OpenCV, NumPy and mmcv.

Needs: opencv-python-headless, numpy, mmcv 1.x; a processor with fused multiply-add (OpenCV picks its code by that).
"""
import hashlib

import cv2
import mmcv
import numpy as np


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def all_triples(first):
    number = np.arange(first * 65536, dtype=np.uint32)
    return np.stack([number >> 16, (number >> 8) & 255, number & 255], -1).astype(np.uint8).reshape(first * 16, 4096, 3)


def levels(picture, alpha=1, beta=0):
    return np.clip(picture.astype(np.float32) * alpha + beta, 0, 255).astype(np.uint8)


def in_hsv(picture, change):
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    change(hsv)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def saturated(picture, factor):
    def change(hsv):
        hsv[:, :, 1] = levels(hsv[:, :, 1], alpha=factor)
    return in_hsv(picture, change)


def turned(picture, delta):
    def change(hsv):
        hsv[:, :, 0] = (hsv[:, :, 0].astype(int) + delta) % 180
    return in_hsv(picture, change)


def distorted():
    # 64 x 64 pixels; the test makes the same
    picture = (np.arange(64 * 64 * 3, dtype=np.int64) * 2654435761 % 4294967296 >> 24).astype(np.uint8).reshape(64, 64, 3)
    first = levels(levels(picture, beta=-17.3), alpha=1.37)
    yield "contrast first", turned(saturated(first, 0.71), -13)
    yield "contrast last", levels(turned(saturated(picture, 1.45), 17), alpha=0.55)


print("RGB to HSV", digest(cv2.cvtColor(all_triples(256), cv2.COLOR_RGB2HSV)))
print("HSV to RGB", digest(cv2.cvtColor(all_triples(180), cv2.COLOR_HSV2RGB)))
for name, picture in distorted():
    print(name, digest(picture))
ramp = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
mean = np.array([123.675, 116.28, 103.53], np.float32)
std = np.array([58.395, 57.12, 57.375], np.float32)
print("normalize", digest(mmcv.imnormalize(ramp, mean, std, to_rgb=False)))
