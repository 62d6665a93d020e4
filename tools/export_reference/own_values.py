"""What the official step does not compute, from its captured tensors; all names start with own/."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from capture import copy_of


class OwnMSE(nn.Module):
    """Mean squared error, plugged in where the official step has its loss (the line is commented out there)."""

    def forward(self, pred, target):
        return F.mse_loss(pred, target, reduction='mean')


def own_values(second, focal_loss):
    """(tensors, losses): hard decoupling and other losses of the step's own predictions."""
    perm, m_mix = second['indices'], second['seg_logit_secondmain']
    m_l, m_u = second['seg_logit_labeled_firstmain'], second['seg_logit_unlabeled_firstmain']
    soft, target, hard = second['seg_logit_unlabeled_decoupled_main'], m_u.detach()[perm], m_mix - m_l
    focal = focal_loss(use_sigmoid=True, gamma=0.5, reduction='mean', loss_weight=10.0)
    losses = dict(
        mse_soft=F.mse_loss(soft, target, reduction='mean'),
        mse_hard=F.mse_loss(hard, target, reduction='mean'),
        # the CUDA branch takes the argmax of the target; the same numbers come from the
        # official CPU branch when it is called with class indices
        focal_argmax=focal(soft, target.argmax(1)))
    tensors = dict(
        target=target, M_u_hard_dec=hard, M_l_hard_dec=m_mix - m_u[perm],
        loss_mse_soft=losses['mse_soft'], loss_mse_hard=losses['mse_hard'],
        focal_soft_target=focal(soft, target), focal_argmax_target=losses['focal_argmax'])
    return {f'own/{k}': copy_of(v) for k, v in tensors.items()}, losses


def is_kept(name):
    """Of the backbone's gradients one a stage, to keep the file small."""
    return not name.startswith('backbone.') or '.0.conv1.' in name or name.startswith('backbone.stem')


def own_gradients(model, cross_entropy, losses):
    """Parameter gradients of cross entropy plus each of `losses`."""
    params, out = dict(model.named_parameters()), {}
    for name, loss in losses.items():
        grads = torch.autograd.grad(cross_entropy + loss, list(params.values()),
                                    retain_graph=True, allow_unused=True)
        out.update({f'own/grad_ce_{name}/{k}': copy_of(g)
                    for k, g in zip(params, grads) if g is not None and is_kept(k)})
    return out
