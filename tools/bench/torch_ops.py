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
    if direction == "forward":
        return lambda: F.conv2d(x, weight, None, stride, padding, dilation)
    dy = torch.randn_like(F.conv2d(x, weight, None, stride, padding, dilation))
    mask = [direction == "dX", direction == "dW", False]
    pair = [stride, stride], [padding, padding], [dilation, dilation]
    return lambda: torch.ops.aten.convolution_backward(
        dy, x, weight, None, *pair, False, [0, 0], 1, mask
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
        x = self.blocks(self.stem(x))
        pooled = self.pooled(F.adaptive_avg_pool2d(x, 1))
        pooled = F.interpolate(pooled, x.shape[2:], mode="bilinear", align_corners=False)
        joined = torch.cat([pooled] + [branch(x) for branch in self.branches], 1)
        return self.classifier(self.bottleneck(joined))


def network_step(question):
    """A function that runs the network forward and backward, from the mean square of its logits."""
    network = Network().train()
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


def main():
    run = None
    for line in sys.stdin:
        question = json.loads(line)
        ask = question["ask"]
        answer = {}
        if ask == "convolution":
            run = convolution(question, question["direction"])
            run()
        elif ask == "network":
            run = network_step(question)
            run()
        elif ask == "time":
            answer = {"ms": milliseconds(run, question["leastMs"])}
        elif ask == "about":
            answer = {"about": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}
        elif ask == "memory":
            answer = {"peakBytes": peak_bytes()}
        print(json.dumps(answer), flush=True)


main()
