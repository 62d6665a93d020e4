"""Starting weights, input batches and seeds of a case."""
import itertools

import numpy as np
import torch
import torch.nn as nn


class UntellingDraw(Exception):
    """The attempt's draws would hide mistakes, or rounding could change them; another attempt is made."""


def normal(tensor, std, gen):
    """Fill `tensor` with seeded normal noise."""
    tensor.copy_(torch.randn(tensor.shape, generator=gen) * std)


def uniform(tensor, low, high, gen):
    """Fill `tensor` with seeded noise between `low` and `high`."""
    tensor.copy_(torch.rand(tensor.shape, generator=gen) * (high - low) + low)


def last_norms(model):
    """Names of the norm that ends each residual branch."""
    return {name + ('.bn3' if hasattr(m, 'conv3') else '.bn2')
            for name, m in model.named_modules()
            if type(m).__name__ in ('BasicBlock', 'Bottleneck')}


def perturb_norm(norm, is_last, gen):
    """Noise on scale, shift and running statistics.

    The last norm of a residual branch officially starts at 0; near 1 the backbone
    amplifies rounding until the third step is noise, so it stays small.
    """
    uniform(norm.weight, 0.1 if is_last else 0.5, 0.3 if is_last else 1.5, gen)
    normal(norm.bias, 0.1, gen)
    normal(norm.running_mean, 0.1, gen)
    uniform(norm.running_var, 0.5, 1.5, gen)


def perturb_conv(name, conv, gen, logit_std):
    """Noise on the bias, and on weights that officially start near zero."""
    if conv.bias is not None:
        normal(conv.bias, 0.05, gen)
    if name.endswith('conv_seg'):
        normal(conv.weight, logit_std, gen)
    elif '.nl_block.' in '.' + name:
        normal(conv.weight, 0.3, gen)


def perturb(model, gen, logit_std=0.1):
    """Seeded noise where `init_weights` leaves zeros, ones or near-zeros."""
    last = last_norms(model)
    with torch.no_grad():
        for name, m in model.named_modules():
            if isinstance(m, nn.BatchNorm2d):
                perturb_norm(m, name in last, gen)
            elif isinstance(m, nn.Conv2d):
                perturb_conv(name, m, gen, logit_std)


def make_batch(setup, batch, gen):
    """Noise images, noise labels with ignored pixels; (img, gt, unsup)."""
    side = setup.size
    img = torch.randn(batch, 3, side, side, generator=gen)
    unsup = torch.randn(batch, 3, side, side, generator=gen)
    gt = torch.randint(0, setup.classes, (batch, 1, side, side), generator=gen)
    gt[torch.rand(batch, 1, side, side, generator=gen) < 0.1] = 255
    gt[0, :, :7, 11:40] = 255
    return img, gt, unsup


def permutation_is_telling(batch):
    """Whether the next permutation shows gather mixed up with scatter (for two samples: the swap)."""
    identity = torch.arange(batch)
    perm = torch.randperm(batch, dtype=torch.long)
    return bool((perm != identity).any() if batch < 3 else (perm[perm] != identity).any())


def lambda_is_telling(limit):
    """Whether the next first draw is refused, where the limit can refuse any."""
    draw = np.random.beta(1.0, 1.0)
    return limit >= 0.5 or min(draw, 1 - draw) >= limit


def pick_seeds(base, batch, limit, special):
    """(torch seed, numpy seed): if special, the first from `base` on whose draws tell something."""
    if not special:
        return base, base % 2**32
    for torch_seed in itertools.count(base):
        torch.manual_seed(torch_seed)
        if permutation_is_telling(batch):
            break
    for count in itertools.count(base):
        numpy_seed = count % 2**32
        np.random.seed(numpy_seed)
        if lambda_is_telling(limit):
            break
    return torch_seed, numpy_seed
