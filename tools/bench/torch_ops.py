"""PyTorch's side of the benchmark of operations: answers lines of JSON, see ops.ts."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def convolution(case, direction):
    """A function that runs one direction of one convolution."""
    size, kernel = case["size"], case["kernel"]
    x = torch.randn(case["batch"], case["inputs"], size, size)
    weight = torch.randn(case["outputs"], case["inputs"], kernel, kernel)
    stride, dilation = case["stride"], case["dilation"]
    padding = dilation * (kernel - 1) // 2
    groups = case["inputs"] if case.get("depthwise") else 1
    if groups > 1:
        weight = torch.randn(groups, 1, kernel, kernel)
    if direction == "forward":
        return lambda: F.conv2d(x, weight, None, stride, padding, dilation, groups)
    dy = torch.randn_like(F.conv2d(x, weight, None, stride, padding, dilation, groups))
    mask = [direction == "dX", direction == "dW", False]
    pair = [stride, stride], [padding, padding], [dilation, dilation]
    return lambda: torch.ops.aten.convolution_backward(
        dy, x, weight, None, *pair, False, [0, 0], groups, mask
    )


def unit(inputs, outputs, kernel=1, stride=1, dilation=1, rectify=True):
    """Convolution, batch norm and, unless told otherwise, a rectifier."""
    padding = dilation * (kernel - 1) // 2
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
    layers = [conv, nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if rectify else nn.Sequential(*layers)


class Block(nn.Module):
    """A bottleneck whose stride and dilation stand in its middle convolution."""

    def __init__(self, inputs, width, stride, dilation):
        super().__init__()
        outputs = 4 * width
        self.body = nn.Sequential(
            unit(inputs, width),
            unit(width, width, 3, stride, dilation),
            unit(width, outputs, rectify=False),
        )
        same = stride == 1 and inputs == outputs
        self.beside = nn.Identity() if same else unit(inputs, outputs, 1, stride, rectify=False)

    def forward(self, x):
        return F.relu(self.body(x) + self.beside(x), inplace=True)


class Network(nn.Module):
    """ResNet-50 V1c at output stride 8 with an ASPP head of 512 channels and 21 classes."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            unit(3, 32, 3, 2), unit(32, 32, 3), unit(32, 64, 3), nn.MaxPool2d(3, 2, 1)
        )
        blocks, inputs = [], 64
        for count, width, stride, dilation in [(3, 64, 1, 1), (4, 128, 2, 1), (6, 256, 1, 2), (3, 512, 1, 4)]:
            for i in range(count):
                first = i == 0
                blocks.append(
                    Block(inputs, width, stride if first else 1, max(1, dilation // 2) if first else dilation)
                )
                inputs = 4 * width
        self.blocks = nn.Sequential(*blocks)
        self.pooled = unit(inputs, 512)
        self.branches = nn.ModuleList(
            [unit(inputs, 512)] + [unit(inputs, 512, 3, 1, rate) for rate in (12, 24, 36)]
        )
        self.bottleneck = unit(5 * 512, 512, 3)
        self.classifier = nn.Conv2d(512, 21, 1)

    def forward(self, x):
        return self.forward_features(self.stem(x))

    def forward_features(self, x):
        return self.decode(self.blocks(x))

    def decode(self, x):
        pooled = self.pooled(F.adaptive_avg_pool2d(x, 1))
        pooled = F.interpolate(pooled, x.shape[2:], mode="bilinear", align_corners=False)
        joined = torch.cat([pooled] + [branch(x) for branch in self.branches], 1)
        return self.classifier(self.bottleneck(joined))


class Inverted(nn.Module):
    """An inverted bottleneck of EfficientNet-Lite."""

    def __init__(self, inputs, outputs, expansion, kernel, stride, dilation):
        super().__init__()
        wide = inputs * expansion
        padding = dilation * (kernel - 1) // 2
        first = [] if expansion == 1 else lite_norm(nn.Conv2d(inputs, wide, 1, bias=False), True)
        middle = nn.Conv2d(wide, wide, kernel, stride, padding, dilation, wide, bias=False)
        last = nn.Conv2d(wide, outputs, 1, bias=False)
        self.body = nn.Sequential(*first, *lite_norm(middle, True), *lite_norm(last, False))
        self.residual = inputs == outputs

    def forward(self, x):
        return self.body(x) + x if self.residual else self.body(x)


def lite_norm(convolution, rectify):
    """Convolution, norm and ReLU6."""
    layers = [convolution, nn.BatchNorm2d(convolution.out_channels, eps=1e-3, momentum=0.01)]
    return layers + [nn.ReLU6(inplace=True)] if rectify else layers


class LiteNetwork(nn.Module):
    """EfficientNet-Lite0 at output stride 16 with an ASPP head of 128 channels and 21 classes."""

    def __init__(self):
        super().__init__()
        blocks = lite_norm(nn.Conv2d(3, 32, 3, 2, 1, bias=False), True)
        rows = [(1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6), (3, 80, 3, 2, 6), (3, 112, 5, 1, 6)]
        inputs, dilation = 32, 1
        for count, outputs, kernel, stride, expansion in rows + [(4, 192, 5, 1, 6), (1, 320, 3, 1, 6)]:
            for i in range(count):
                blocks.append(Inverted(inputs, outputs, expansion, kernel, 1 if i else stride, dilation))
                inputs = outputs
                dilation = 2 if outputs == 192 else dilation
        self.blocks = nn.Sequential(*blocks)
        self.pooled = unit(320, 128)
        self.branches = nn.ModuleList([unit(320, 128)] + [unit(320, 128, 3, 1, d) for d in (6, 12, 18)])
        self.bottleneck = unit(5 * 128, 128, 3)
        self.classifier = nn.Conv2d(128, 21, 1)

    forward = Network.forward_features
    decode = Network.decode


def network_step(question):
    """A function that runs the network forward and backward, from the mean square of its logits."""
    network = (LiteNetwork() if question.get("encoder") == "lite0" else Network()).train()
    x = torch.randn(question["batch"], 3, question["size"], question["size"])

    def step():
        network.zero_grad(set_to_none=True)
        network(x).square().mean().backward()

    return step


def milliseconds(run, least_ms):
    """Mean time of one run, over as many runs as take `least_ms`."""
    start, count = time.perf_counter(), 0
    while True:
        run()
        count += 1
        elapsed_ms = (time.perf_counter() - start) * 1000
        if elapsed_ms >= least_ms:
            return elapsed_ms / count


def peak_bytes():
    """The most memory that this process has had resident."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))


def answer_lines(answer_to):
    """Answers each line of JSON on standard input with one on standard output."""
    for line in sys.stdin:
        print(json.dumps(answer_to(json.loads(line))), flush=True)


def about():
    return {"about": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}


def main():
    run = None

    def answer_to(question):
        nonlocal run
        ask = question["ask"]
        if ask == "time":
            return {"ms": milliseconds(run, question["leastMs"])}
        if ask == "about":
            return about()
        if ask == "memory":
            return {"peakBytes": peak_bytes()}
        run = network_step(question) if ask == "network" else convolution(question, question["direction"])
        run()
        return {}

    answer_lines(answer_to)


if __name__ == "__main__":
    main()
