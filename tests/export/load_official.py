"""Loads a .pth file strictly into the official model of a reference case, and prints the worst difference of its
logits to the reference, as a share of the maximum.

Arguments: checkout of the official code, folder with official_env.py, reference file, .pth file.
"""
import json
import sys

checkout, tools, reference, weights = sys.argv[1:]
sys.path.insert(0, tools)
import official_env  # noqa: E402

official_env.load_official(checkout)

import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402

with safe_open(reference, 'pt') as file:
    cfg = json.loads(file.metadata()['json'])['info']['cfg']
    image = file.get_tensor('in/unsup_img')[:1]
    expected = file.get_tensor('eval/logits')
model = official_env.build(cfg)
model.load_state_dict(torch.load(weights, weights_only=True), strict=True)
model.eval()
with torch.no_grad():
    logits = model.encode_decode(image, None)
print(((logits - expected).abs().max() / expected.abs().max()).item())
