"""Features and gradients of EfficientNet-Lite as PyTorch's port has them, for tests/model/encoders/efficientnet_lite.

    python3 -m venv V && V/bin/pip install torch==2.13.0 numpy safetensors pillow efficientnet-lite-pytorch==0.1.0
    V/bin/python tools/export_lite/export.py --out fixtures/lite
    V/bin/python tools/export_lite/export.py --out DIR --weights efficientnet-lite0-57934424.pth   # the whole network

Same seed, same bytes on the same kind of processor. Dilated stages are the port's convolutions with stride and dilation
changed: its padding follows from them. Inputs of ReLU6 that lie at 0 or 6 up to rounding are listed with the value they had
(`lite/MODE/edges/...`): which side they are on is chance, and the gradient follows it. The run in float64, which tells what
float32 costs, takes these inputs from the one in float32.
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
BOUNDS = [0, 6]  # of ReLU6
EDGE = 3e-5  # of the largest input of the same call, as in tools/export_reference
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


class Edges:
    """Inputs of ReLU6 at its bounds, by the norm in front: listed, or with `given` put in place of one's own."""

    def __init__(self, network, mode, given=None):
        self.prefix, self.given, self.rows, self.values = f"lite/{mode}/edges", given, [], []
        self.handles = [network.get_submodule(name).register_forward_hook(
            lambda module, args, output, number=number: self.see(number, output))
            for number, name in enumerate(rectified_norms(network))]

    def see(self, number, output):
        flat = output.detach().reshape(-1)
        if self.given is not None:
            table = torch.from_numpy(self.given[f"{self.prefix}/rectifiers"])
            mine = table[:, 0] == number
            values = torch.from_numpy(self.given[f"{self.prefix}/rectifier_inputs"])[mine].to(flat.dtype)
            places = table[mine, 2].long()
            change = torch.zeros_like(flat)
            change[places] = values - flat[places]
            return output + change.reshape(output.shape)
        distance = torch.stack([(flat - bound).abs() for bound in BOUNDS]).min(0).values
        places = (distance <= EDGE * flat.abs().max()).nonzero()[:, 0]
        self.rows.append(torch.stack([torch.full_like(places, number), torch.zeros_like(places), places], 1))
        self.values.append(flat[places].clone())

    def close(self):
        """Rows of number of the norm, call and place in [N, C, H, W], and the inputs there."""
        for handle in self.handles:
            handle.remove()
        if self.given is not None:
            return {}
        return {f"{self.prefix}/rectifiers": torch.cat(self.rows).int().numpy(),
                f"{self.prefix}/rectifier_inputs": torch.cat(self.values).numpy()}


def rectified_norms(network):
    """The stem's norm, and those behind expansion and depthwise convolution of a block."""
    return [name for name, _ in network.named_modules()
            if name == "_bn0" or (name.startswith("_blocks.") and name.endswith(("._bn0", "._bn1")))]


def case_tensors(args, output_stride, size, dtype, given=None):
    """One case: state, evaluation, training, gradients of both, moved statistics."""
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
    for mode in ["eval", "train"]:
        network.train(mode == "train")
        edges = Edges(network, mode, given)
        outputs = stages(network, x)
        tensors.update(edges.close())
        for i, output in enumerate(outputs):
            put(f"{mode}/stage{i + 1}", output)
        if mode == "eval":
            cotangent = torch.randn(outputs[-1].shape).to(dtype)
            put("cotangent", cotangent)
        network.zero_grad()
        outputs[-1].backward(cotangent)
        for name, parameter in network.named_parameters():
            # norms in evaluation are constants in guidedmix
            if parameter.grad is not None and (mode == "train" or parameter.dim() == 4):
                put(f"{mode}/grad/{name}", parameter.grad.clone())
    for name, tensor in encoder_state(network).items():
        if "running" in name:
            put(f"moved/{name}", tensor)
    return tensors


def differences(tensors, precise):
    """Largest difference of each tensor to the same run in float64: what float32 costs the port itself."""
    found = {}
    for name, array in tensors.items():
        if "/state/" not in name and name in precise and array.dtype == np.float32:
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
        precise = case_tensors(args, output_stride, size, torch.float64, tensors)
        info = {
            "variant": "lite0",
            "width": args.width,
            "outputStride": output_stride,
            "rectifiers": [f"backbone.{name}" for name in rectified_norms(make_network(args.width, None))],
            "f64_diff": differences(tensors, precise),
        }
        name = f"lite0-os{output_stride}.safetensors"
        save_file(tensors, args.out / name, metadata={"json": json.dumps(info)})
        print(name, sum(t.nbytes for t in tensors.values()))


main()
