"""Losses and the learning rate of the official code, each on its own."""
from types import SimpleNamespace

import torch
import torch.nn.functional as F

OFFICIAL_FOCAL = dict(gamma=0.5, loss_weight=10.0)  # as in every official config


def focal_case(bench, name, pred, target, **options):
    """The official focal loss (its CPU branch) and its gradient."""
    from mmseg.models.losses import FocalLoss
    x = pred.clone().requires_grad_()
    loss = FocalLoss(use_sigmoid=True, **options)(x, target)
    loss.sum().backward()
    bench.add(f'focal/{name}', pred=x, target=target, loss=loss, grad=x.grad)
    bench.info[f'focal/{name}'] = options


def soft_target_cases(bench):
    """Probabilities and small logits as targets, in several shapes."""
    for shape in ((2, 5, 9, 9), (3, 21, 5, 7), (2, 4, 11), (6, 5)):
        name = 'x'.join(map(str, shape))
        focal_case(bench, f'prob_{name}', bench.noise(*shape), bench.noise(*shape, std=2.0).softmax(1),
                   **OFFICIAL_FOCAL)
        focal_case(bench, f'logit_{name}', bench.noise(*shape, std=0.2), bench.noise(*shape, std=0.2),
                   **OFFICIAL_FOCAL)


def index_target_cases(bench, index):
    """Class indices as targets, with ignored pixels, weights and reductions."""
    focal_case(bench, 'index_ignore', bench.noise(2, 5, 9, 9), index, **OFFICIAL_FOCAL)
    for reduction in ('none', 'sum'):
        focal_case(bench, f'index_gamma2_alpha025_{reduction}', bench.noise(2, 5, 9, 9), index,
                   gamma=2.0, alpha=0.25, reduction=reduction)
    focal_case(bench, 'index_alpha_list_class_weight', bench.noise(2, 5, 9, 9), index, gamma=1.5,
               alpha=[0.1, 0.3, 0.5, 0.7, 0.9], class_weight=[1.0, 2.0, 0.5, 1.5, 1.0])


def extreme_cases(bench):
    """Where the CPU branch turns NaN, and where only its gradient does."""
    focal_case(bench, 'prob_gamma2_none', bench.noise(2, 5, 3, 3),
               bench.noise(2, 5, 3, 3).softmax(1), gamma=2.0, reduction='none')
    # raw logits of a trained size as target: a negative base under the root
    focal_case(bench, 'logit_large_is_nan', bench.noise(2, 5, 9, 9, std=3.0),
               bench.noise(2, 5, 9, 9, std=3.0), **OFFICIAL_FOCAL)
    focal_case(bench, 'logit_large_none', bench.noise(2, 5, 3, 3, std=3.0),
               bench.noise(2, 5, 3, 3, std=3.0), reduction='none', **OFFICIAL_FOCAL)
    # a saturated prediction: the loss is finite, the gradient of the root is not
    saturated = bench.noise(2, 5, 3, 3)
    saturated[0, 1] = 20.0
    saturated[1, 3] = -120.0
    focal_case(bench, 'index_saturated', saturated, torch.ones(2, 3, 3, dtype=torch.long),
               **OFFICIAL_FOCAL)


def cuda_formula(x, target):
    """(loss, gradient) of the CUDA operator, from its formula.

    The target's argmax as one-hot, logarithms held above the least normal float32,
    gamma and alpha 0.5, mean over all elements, times 10.
    """
    least = torch.finfo(torch.float32).tiny
    hot = F.one_hot(target.argmax(1) if target.shape == x.shape else target, x.shape[1])
    hot = hot.movedim(-1, 1).to(x.dtype)
    p = 1 / (1 + torch.exp(-x))
    log_p, log_q = p.clamp_min(least).log(), (1 - p).clamp_min(least).log()
    pos, neg = (1 - p).sqrt(), p.sqrt()
    loss = -0.5 * (hot * pos * log_p + (1 - hot) * neg * log_q)
    grad = -0.5 * (hot * pos * (1 - p - 0.5 * p * log_p)
                   + (1 - hot) * neg * (0.5 * (1 - p) * log_q - p))
    return 10 * loss.mean(), 10 * grad / loss.numel()


def cuda_cases(bench):
    """The CUDA operator's formula on inputs of cases before."""
    for name in ('prob_2x5x9x9', 'logit_2x5x9x9', 'logit_large_is_nan', 'index_saturated'):
        loss, grad = cuda_formula(bench.out[f'focal/{name}/pred'], bench.out[f'focal/{name}/target'])
        bench.add(f'focal/own/cuda_{name}', loss=loss, grad=grad)


def cross_entropy_cases(bench, index):
    """Cross entropy of the heads: the default averages over ignored pixels as well."""
    from mmseg.models.losses import CrossEntropyLoss
    for name, options in (('default', {}), ('avg_non_ignore', dict(avg_non_ignore=True))):
        x = bench.noise(2, 5, 9, 9).requires_grad_()
        loss = CrossEntropyLoss(**options)(x, index, ignore_index=255)
        loss.backward()
        bench.add(f'ce/{name}', pred=x, label=index, loss=loss, grad=x.grad)


def loss_cases(bench):
    """All of the focal loss, then cross entropy; the order is that of the random stream."""
    soft_target_cases(bench)
    index = torch.randint(0, 5, (2, 9, 9), generator=bench.gen)
    index[:, 2:4, 3:] = 255
    index_target_cases(bench, index)
    extreme_cases(bench)
    cuda_cases(bench)
    cross_entropy_cases(bench, index)


def poly_cases(bench, iterations):
    """Learning rates of the poly schedule."""
    from mmcv.runner.hooks.lr_updater import PolyLrUpdaterHook
    hook = PolyLrUpdaterHook(power=0.9, min_lr=1e-4, by_epoch=False)
    for total, its in ((iterations, list(range(iterations))),
                       (20000, [0, 1, 2, 999, 10000, 19998, 19999])):
        lrs = [hook.get_lr(SimpleNamespace(iter=i, max_iters=total), 0.01) for i in its]
        bench.add(f'poly/max{total}', iter=torch.tensor(its), lr=torch.tensor(lrs, dtype=torch.float64))
