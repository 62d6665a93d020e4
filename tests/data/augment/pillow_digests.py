"""Prints the digests and numbers in level_tables_test.ts, enhance_test.ts, hue_test.ts, jitter_test.ts, blur_test.ts, thin_plate_test.ts and
warp_test.ts, made with Pillow, torchvision, NumPy and SciPy.

Needs: pillow, torch, torchvision, numpy, scipy. (Made with 13.0.0, 2.13.0, 0.28.0, 2.4.6, 1.17.1.)
"""
import hashlib

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import gaussian_filter, map_coordinates
from torchvision.transforms import functional as F


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def noise(height=64, width=64):
    # the tests make the same
    count = height * width * 3
    return (np.arange(count, dtype=np.int64) * 2654435761 % 4294967296 >> 24).astype(np.uint8).reshape(height, width, 3)


def soft():
    # levels from 60 to 187, for what stretches them
    return (60 + noise() // 2).astype(np.uint8)


def all_triples():
    number = np.arange(1 << 24, dtype=np.uint32)
    return np.stack([number >> 16, (number >> 8) & 255, number & 255], -1).astype(np.uint8).reshape(4096, 4096, 3)


def show(name, picture):
    print(name, digest(np.asarray(picture)))


def gaussian(picture, sigma):
    radius = int(np.ceil(3.5 * sigma))
    blurred = gaussian_filter(picture.astype(float), (sigma, sigma, 0), mode="nearest", radius=(radius, radius, 0))
    return np.floor(blurred + 0.5).astype(np.uint8), gaussian_filter(picture.astype(float), (sigma, sigma, 0), mode="nearest", truncate=10)


image, pale = Image.fromarray(noise()), Image.fromarray(soft())
show("autocontrast", ImageOps.autocontrast(pale))
show("equalize", ImageOps.equalize(pale))
for bits in (4, 7):
    show(f"posterize {bits}", ImageOps.posterize(image, bits))
for threshold in (1, 100, 255):
    show(f"solarize {threshold}", ImageOps.solarize(image, threshold))
for factor in (0.05, 0.63, 1.37):
    show(f"brightness {factor}", ImageEnhance.Brightness(image).enhance(factor))
    show(f"contrast {factor}", ImageEnhance.Contrast(image).enhance(factor))
    show(f"color {factor}", ImageEnhance.Color(image).enhance(factor))
    show(f"sharpness {factor}", ImageEnhance.Sharpness(image).enhance(factor))
show("grey", image.convert("L").convert("RGB"))
everything = Image.fromarray(all_triples())
for turn in (0, 0.25, -0.119):
    show(f"hue {turn}", F.adjust_hue(everything, turn))

jittered = F.adjust_hue(F.adjust_contrast(image, 1.31), -0.2)
show("jitter", F.adjust_saturation(F.adjust_brightness(jittered, 0.77), 0.58))
show("jitter, grey", F.rgb_to_grayscale(F.adjust_saturation(F.adjust_brightness(jittered, 0.77), 0.58), 3))

for sigma in (0.1, 0.6, 1.3, 2.0):
    rounded, exact = gaussian(noise(40, 64), sigma)
    boxes = np.asarray(Image.fromarray(noise(40, 64)).filter(ImageFilter.GaussianBlur(sigma))).astype(float)
    print(f"blur {sigma}", digest(rounded), "to the whole Gaussian", np.abs(rounded - exact).max(), "Pillow's", np.abs(boxes - exact).max())

knots = np.array([[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]])
offsets = np.array([[0.1, -0.05], [0.02, 0.12], [-0.08, 0.03], [0.05, -0.1]])
height, width = 6, 8
spline = RBFInterpolator(knots + offsets, knots, kernel="thin_plate_spline", degree=1)
y, x = np.mgrid[:height, :width]
places = spline(np.stack([(x + 0.5) / width, (y + 0.5) / height], -1).reshape(-1, 2))
print("thin plate x", np.round(places[:, 0], 6).tolist())
print("thin plate y", np.round(places[:, 1], 6).tolist())

height, width = 40, 64
y, x = np.mgrid[:height, :width]
places = spline(np.stack([(x + 0.5) / width, (y + 0.5) / height], -1).reshape(-1, 2)) * [width, height] - 0.5
columns, rows = np.float32(places.T.reshape(2, height, width)).astype(float)
picture = noise(height, width).astype(float)
warped = np.stack([map_coordinates(picture[..., c], [rows, columns], order=1, mode="nearest") for c in range(3)], -1)
show("warp", np.floor(warped + 0.5).astype(np.uint8))
column, row = np.floor(columns + 0.5).astype(int), np.floor(rows + 0.5).astype(int)
inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
show("places", np.where(inside, row * width + column, -1).astype(np.int32))
print("outside", int((~inside).sum()))
