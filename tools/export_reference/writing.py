"""Safetensors files and the manifest."""
import json
import os

import torch
from edge_decisions import is_edge
from safetensors.torch import save_file

OFFICIAL = 'yh-pengtu/GuidedMix-Net@27de72a'


def stored(tensor):
    """Float64 numbers stay; every other float becomes float32."""
    t = tensor.detach().contiguous().clone()
    return t.float() if t.dtype.is_floating_point and t.dtype != torch.float64 else t


def entry_of(name, tensor, exact):
    """The manifest's line of one tensor; `exact` is the same tensor of the float64 run."""
    entry = dict(shape=list(tensor.shape), dtype=str(tensor.dtype).replace('torch.', ''))
    if tensor.dtype != torch.float32 or name.startswith(('in/', 'state0/')) or is_edge(name):
        return entry
    difference = (tensor.double() - exact.double()).abs()
    if torch.isfinite(difference).all():
        entry['f64_diff'] = float(f'{difference.max().item():.3e}')
        entry['f64_max'] = float(f'{exact.abs().max().item():.3e}')
    else:
        entry['nonfinite'] = int((~torch.isfinite(tensor)).sum())
    return entry


def write(folder, name, tensors, exact, info, manifest):
    """Writes one safetensors file and adds its entry to `manifest`."""
    clean = {k: stored(tensors[k]) for k in sorted(tensors)}
    # one metadata key only: their order in the header is not fixed
    meta = dict(official=OFFICIAL, torch=torch.__version__, info=info)
    path = os.path.join(folder, name + '.safetensors')
    if os.path.exists(path):
        os.remove(path)
    save_file(clean, path, metadata={'json': json.dumps(meta, sort_keys=True, default=str)})
    os.chmod(path, 0o644)
    manifest[name + '.safetensors'] = dict(
        bytes=os.path.getsize(path), info=info,
        tensors={k: entry_of(k, t, exact[k]) for k, t in clean.items()})


def pretty(value, depth=0):
    """JSON with one line per tensor."""
    if not isinstance(value, dict) or 'shape' in value or depth > 4:
        return json.dumps(value, sort_keys=True, default=str)
    rows = [f'{" " * (depth + 1)}{json.dumps(str(k))}: {pretty(value[k], depth + 1)}'
            for k in sorted(value)]
    return '{\n' + ',\n'.join(rows) + '\n' + ' ' * depth + '}'


def write_manifest(folder, seed, versions, files):
    """Writes `manifest.json` and returns its text."""
    text = pretty(dict(seed=seed, official=OFFICIAL, versions=versions, files=files))
    with open(os.path.join(folder, 'manifest.json'), 'w') as f:
        f.write(text + '\n')
    return text
