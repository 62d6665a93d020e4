"""What the paper has and the official code lacks, as plain PyTorch functions.

Written apart from the TypeScript code, so that it can be its reference. Shapes are NCHW;
B labeled and B unlabeled images, K classes.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

IGNORE = 255


def draw_lambda(limit):
    """One mixing coefficient in [0, limit): Beta(1, 1) folded at a half, drawn again while too large."""
    while True:
        draw = np.random.beta(1.0, 1.0)
        lam = min(draw, 1 - draw)
        if lam < limit:
            return lam


def pooled(features):
    """Global average over positions, [N, C]."""
    return features.mean((2, 3))


def distances(queries, keys):
    """Euclidean distances [queries, keys] of rows."""
    return (queries[:, None] - keys[None]).square().sum(2).sqrt()


def nearest(queries, keys):
    """For each query the index of the nearest key; equal distances give the lowest index."""
    return distances(queries, keys).argmin(1)


def pair_lists(pooled_l, pooled_u, select, direction):
    """(pairs, labeled index, unlabeled index) of each mixture.

    direction 'unlabeled': mixture u is of unlabeled image u and its labeled partner pairs[u].
    direction 'labeled': mixture l is of labeled image l and its unlabeled partner pairs[l].
    select 'random': pairs is a permutation.
    """
    queries, keys = (pooled_u, pooled_l) if direction == 'unlabeled' else (pooled_l, pooled_u)
    order = torch.arange(len(queries))
    pairs = torch.randperm(len(queries)) if select == 'random' else nearest(queries, keys)
    return (pairs, pairs, order) if direction == 'unlabeled' else (pairs, order, pairs)


def mix(first, second, lam):
    """lam * first + (1 - lam) * second; features or images."""
    return lam * first + (1 - lam) * second


def in_space(logits, space):
    """Logits as they are, or their softmax over classes."""
    return logits.softmax(1) if space == 'probabilities' else logits


def decouple(mixed, labeled, lam, mode='soft', space='logits', normalize=False):
    """Takes the first part out of a mixture's prediction.

    soft: mixed - lam * labeled, divided by 1 - lam if normalize; hard: mixed - labeled.
    Both arguments are logits; in probabilities the softmax of each is taken first.
    """
    share = lam if mode == 'soft' else 1.0
    rest = in_space(mixed, space) - share * in_space(labeled, space)
    return rest / (1 - lam) if mode == 'soft' and normalize else rest


class FocalHard(torch.autograd.Function):
    """The CUDA operator's focal loss (gamma 0.5, alpha 0.5) against the argmax of the target, times 10."""

    @staticmethod
    def forward(ctx, pred, target):
        from loss_functions import cuda_formula
        loss, grad = cuda_formula(pred, target)
        ctx.save_for_backward(grad)
        return loss

    @staticmethod
    def backward(ctx, upstream):
        return upstream * ctx.saved_tensors[0], None


def squared_error(pred, target):
    """Mean over all elements."""
    return (pred - target).square().mean()


def consistency(decoupled, m_u, recipe):
    """L_usup: (loss, the side that learns, the constant side). `m_u` is already in the pairs' order."""
    own = in_space(m_u, recipe['decouple_space'])
    learns, constant = (own, decoupled) if recipe['unsup_target'] == 'M_u_dec' else (decoupled, own)
    constant = constant.detach()
    if recipe['unsup_loss'] == 'focal-hard':
        return FocalHard.apply(learns, constant), learns, constant
    return squared_error(learns, constant), learns, constant


def classes_present(label, classes):
    """[N, K], 1 where a class has a pixel in the label map; the ignore label is no class."""
    return torch.stack([(label == k).flatten(1).any(1) for k in range(classes)], 1)


def classification_loss(logits, present):
    """L_cla: binary cross entropy with logits, mean over images and classes."""
    return F.binary_cross_entropy_with_logits(logits, present.to(logits.dtype))


def cross_entropy(logits, label):
    """Logits resized to the label map; divided by all pixels, the ignored ones included."""
    resized = F.interpolate(logits, label.shape[-2:], mode='bilinear', align_corners=False)
    loss = F.cross_entropy(resized, label, ignore_index=IGNORE, reduction='none').mean()
    return loss, resized


def labeled_mix_loss(m_ll, m_l, label, perm, lam, recipe):
    """L_dec: (loss, the decoupled prediction, what it is compared with).

    Mixture i is of labeled images i (share lam) and perm[i]. mse: against M_l[perm], a
    constant, in `dec_space`; ce: cross entropy of the decoupled logits with y_l[perm].
    """
    space = 'logits' if recipe['dec'] == 'ce' else recipe['dec_space']
    rest = decouple(m_ll, m_l, lam, recipe['dec_mode'], space, recipe['dec_normalize'])
    if recipe['dec'] == 'ce':
        return cross_entropy(rest, label[perm])[0], rest, label[perm]
    target = in_space(m_l[perm], space).detach()
    return squared_error(rest, target), rest, target


def ramp_up(iteration, length):
    """The sigmoid ramp-up exp(-5 (1 - t)^2), t = iteration / length held to [0, 1]; 1 for length 0."""
    t = 1.0 if length <= 0 else min(max(iteration / length, 0.0), 1.0)
    return math.exp(-5.0 * (1.0 - t) ** 2)
