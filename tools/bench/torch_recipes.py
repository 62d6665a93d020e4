"""PyTorch's side of the benchmark of training steps: answers lines of JSON, see recipes.ts.

UniMatch's step (Yang et al. 2023) is restated in our own words, from what its `unimatch.py` at 0324f3d was read to do:
labeled photos and the weak view in one pass, whose features go to the head once as they are and once with half of their
channels dropped; two strong views with a box of another photo in half of them; cross entropy with the weak view's labels
that are sure enough, over all pixels; half of L_ce and of the mean of both streams. As in this project boxes come from the
next photo of the batch, and one map of features is dropped. `unimatch, donors predicted` takes the boxes from another batch
as its code does, whose labels are predicted by a pass of their own, at inference.
"""

import json
import math
import random
import time

import torch
from torch.nn import functional as F

from torch_ops import LiteNetwork, about, answer_lines, peak_bytes

LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.001, 0.9, 5e-4
BOX_PROBABILITY, BOX_AREA, BOX_ASPECT = 0.5, (0.02, 0.4), (0.3, 1 / 0.3)
DROPPED = 0.5
DTYPES = {"F32": torch.float32, "I32": torch.int32, "I64": torch.int64}


def read_start(path):
    """Tensors of a safetensors file, by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data[begin:end], dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def our_names(network):
    """Parts of the network by the names that this project gives them."""
    names = {"blocks.0": "backbone._conv_stem", "blocks.1": "backbone._bn0"}
    for i, block in enumerate(network.blocks[3:]):
        parts = ["_depthwise_conv", "_bn1", None, "_project_conv", "_bn2"]
        if len(block.body) > len(parts):
            parts = ["_expand_conv", "_bn0", None] + parts
        names.update({f"blocks.{i + 3}.body.{j}": f"backbone._blocks.{i}.{part}" for j, part in enumerate(parts)})
    units = {f"branches.{i}": f"aspp_modules.{i}" for i in range(4)}
    for ours, theirs in {"pooled": "image_pool.1", "bottleneck": "bottleneck", **units}.items():
        names.update({f"{ours}.{j}": f"decode_head.{theirs}.{part}" for j, part in enumerate(["conv", "bn"])})
    return {**names, "classifier": "decode_head.conv_seg"}


def load(network, tensors):
    """Gives the network the parameters of the file."""
    names, state = our_names(network), {}
    for key in network.state_dict():
        part, parameter = key.rsplit(".", 1)
        state[key] = tensors[f"network.{names[part]}.{parameter}"]
    network.load_state_dict(state)


def load_batch(tensors, layout):
    """Images NCHW in the layout asked for, and labels."""
    batch = {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("batch.")}
    labels = batch.pop("labels").long()
    images = {name: image.permute(0, 3, 1, 2).contiguous(memory_format=layout) for name, image in batch.items()}
    return {**images, "labels": labels}


def resize(logits, side):
    return F.interpolate(logits, size=(side, side), mode="bilinear", align_corners=False)


def labeled_loss(logits, labels):
    return F.cross_entropy(resize(logits, labels.shape[-1]), labels, ignore_index=255)


def sure_labels(logits, side):
    """The most probable class of each pixel, and its probability."""
    confidence, labels = resize(logits.detach(), side).softmax(1).max(1)
    return labels, confidence


def confident_loss(logits, labels, confidence, threshold):
    """Over all pixels, those that are not sure count as 0."""
    losses = F.cross_entropy(resize(logits, labels.shape[-1]), labels, reduction="none")
    return (losses * (confidence >= threshold)).mean()


def draw_box(side):
    """Rows and columns of a box that lies inside."""
    area = random.uniform(*BOX_AREA) * side * side
    while True:
        aspect = random.uniform(*BOX_ASPECT)
        height, width = int(math.sqrt(area * aspect)), int(math.sqrt(area / aspect))
        top, left = random.randrange(side), random.randrange(side)
        if top + height <= side and left + width <= side:
            return slice(top, top + height), slice(left, left + width)


def draw_masks(count, side):
    """True inside of the boxes, `[count, side, side]`."""
    masks = torch.zeros(count, side, side, dtype=torch.bool)
    for mask in masks:
        if random.random() < BOX_PROBABILITY:
            mask[draw_box(side)] = True
    return masks


def supervised(network, batch, threshold):
    ce = labeled_loss(network(batch["labeled"]), batch["labels"])
    return {"ce": ce, "total": ce}


def next_photos(network, batch, target):
    """Each photo's donor is the next of the batch: how views and labels are turned, and the labels."""
    return lambda view: view.roll(-1, 0), [part.roll(-1, 0) for part in target]


def predicted_photos(network, batch, target):
    """Donors are another batch, whose labels take a pass at inference; here its photos are the batch's in reverse."""
    network.eval()
    with torch.no_grad():
        logits = network(batch["plain"].flip(0))
    network.train()
    return lambda view: view.flip(0), sure_labels(logits, target[0].shape[-1])


def unimatch(network, batch, threshold, donors=next_photos):
    labeled, plain, side = batch["labeled"], batch["plain"], batch["labels"].shape[-1]
    n, m = len(labeled), len(plain)
    features = network.blocks(torch.cat([labeled, plain]))
    logits = network.decode(torch.cat([features, F.dropout2d(features, DROPPED)]))
    target = sure_labels(logits[n:n + m], side)
    turn, donor_target = donors(network, batch, target)
    seen, targets = [], []
    for view in (batch["strong"], batch["second"]):
        masks = draw_masks(m, side)
        seen.append(torch.where(masks[:, None], turn(view), view))
        targets.append([torch.where(masks, donor, own) for donor, own in zip(donor_target, target)])
    strong = network(torch.cat(seen)).chunk(2)
    losses = [confident_loss(one, *wanted, threshold) for one, wanted in zip(strong, targets)]
    usup = sum(losses) / 4 + confident_loss(logits[2 * n + m:], *target, threshold) / 2
    ce = labeled_loss(logits[:n], batch["labels"])
    return {"ce": ce, "usup": usup, "total": (ce + usup) / 2}


STEPS = {
    "supervised": supervised,
    "unimatch": unimatch,
    "unimatch, donors predicted": lambda *given: unimatch(*given, donors=predicted_photos),
}


def training_step(question):
    """A function that makes one update and returns the losses before it."""
    torch.manual_seed(0)
    random.seed(0)
    layout = torch.channels_last if question["channelsLast"] else torch.contiguous_format
    tensors = read_start(question["start"])
    network = LiteNetwork().train()
    load(network, tensors)
    network.to(memory_format=layout)
    batch = load_batch(tensors, layout)
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, MOMENTUM, weight_decay=WEIGHT_DECAY)

    def step():
        optimizer.zero_grad(set_to_none=True)
        losses = STEPS[question["step"]](network, batch, question["threshold"])
        losses["total"].backward()
        optimizer.step()
        return {name: loss.item() for name, loss in losses.items()}

    return step


def timed(step, steps):
    """Times of some steps in milliseconds, and the losses of the last."""
    times, losses = [], {}
    for _ in range(steps):
        start = time.perf_counter()
        losses = step()
        times.append((time.perf_counter() - start) * 1000)
    return {"ms": times, "losses": losses}


def main():
    step = None

    def answer_to(question):
        nonlocal step
        ask = question["ask"]
        if ask == "about":
            return about()
        if ask == "memory":
            return {"peakBytes": peak_bytes()}
        if ask == "prepare":
            step = training_step(question)
        return timed(step, question.get("steps", 1))

    answer_lines(answer_to)


if __name__ == "__main__":
    main()
