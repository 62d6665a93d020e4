"""Three training steps of the official model, with everything that passes through the first."""
import contextlib

import numpy as np
import torch
import official_env as oe
from capture import (LocalVariables, copy_of, gradients_of, module_hooks, parameter_gradients,
                     recorded_beta_draws, retain_gradients)
from cases import OPTIMIZER, SCHEDULE
from edge_decisions import EdgeDecisions
from own_values import OwnMSE, own_gradients, own_values
from start import UntellingDraw, make_batch, perturb, pick_seeds
from steady_norms import steady_norms
from training import Trainer, evaluate, state_tensors

REDRAWS = 20

# local variable of the official function -> name in the file
LOCALS = dict(
    feats_aspp_labeled='aspp_concat_l', feats_aspp_unlabeled='aspp_concat_u',
    feats_mixed='mix_head_in', seg_logit_secondmain='M_mix',
    seg_logit_labeled_firstmain='M_l', seg_logit_unlabeled_firstmain='M_u',
    seg_logit_unlabeled_decoupled_main='M_u_dec',
    seg_logit_labeled_decoupled_main='M_l_dec',
    loss_unlabeled_main='loss_unlabeled', loss_labeled_main='loss_labeled_thrown_away')


def build_case(case, index, setup, dtype, logit_std, redraws):
    """(model, config, (img, gt, unsup)), all seeded."""
    torch.manual_seed(setup.seed)
    np.random.seed(setup.seed % 2**32)
    cfg = oe.model_cfg(
        depth=case['depth'], base=case['base'], stem=case['stem'], channels=case['channels'],
        dilations=case['dilations'], num_classes=setup.classes, dropout=0.0,
        lambda_factor=case['lambda_factor'], mitrans=case['mitrans'])
    model = oe.build(cfg)
    gen = torch.Generator().manual_seed(setup.seed * 1000 + index + 7919 * redraws)
    perturb(model, gen, logit_std)
    img, gt, unsup = make_batch(setup, case['batch'], gen)
    if case['loss'] == 'mse':
        model.kl_loss = OwnMSE()
    return model.to(dtype).train(), cfg, (img.to(dtype), gt, unsup.to(dtype))


def official_data(img, gt, unsup):
    """The arguments of the official `train_step`."""
    metas = [{} for _ in img]
    return {'img': img, 'img_metas': metas, 'gt_semantic_seg': gt,
            'unsup.img': unsup, 'unsup.img_metas': metas,
            # asked for by the official code, used nowhere in it
            'unsup.gt_semantic_seg': torch.zeros_like(gt)}


def watched_step(model, data, optimizer):
    """Runs `train_step`; (outputs, locals of forward_train, of the second head, of the head's losses)."""
    from mmseg.models.decode_heads.decode_head import BaseDecodeHead
    from mmseg.models.segmentors import GuidedMix_EncoderDecoder as Official
    losses = getattr(BaseDecodeHead.losses, '__wrapped__', BaseDecodeHead.losses)
    with LocalVariables(Official.forward_train, Official._second_decode_head_forward_train,
                        losses) as spy:
        outputs = model.train_step(data, optimizer)
    second, = spy.seen['_second_decode_head_forward_train']
    head, = spy.seen['losses']
    return outputs, spy.seen['forward_train'][-1], second, head


def scalars(outputs, top, second, draws, lr):
    """Draws and losses, recorded for every step."""
    return dict(
        lam=torch.tensor([second['lam']], dtype=torch.float64),
        lam_draws=torch.tensor(draws, dtype=torch.float64),
        perm=copy_of(second['indices']), lr=lr,
        loss_total=copy_of(outputs['loss']),
        loss_ce=copy_of(top['losses']['decode.loss_ce']),
        acc_seg=copy_of(top['losses']['decode.acc_seg']),
        loss_unlabeled=copy_of(second['loss_unlabeled_main']))


def intermediates(top, second, head, hooked):
    """Every tensor of the first step that is worth comparing, still in the graph."""
    mid = {name: second[local] for local, name in LOCALS.items()}
    mid.update({k: v[-1] for k, v in hooked.items()})
    mid.setdefault('mixed', mid['mix_head_in'])
    mid.update({f'feat_layer{i + 1}': f for i, f in enumerate(top['feats'])})
    mid['M_l_resized'] = head['seg_logit']
    return mid


def describe(info, second, mid):
    """Facts about the graph, before backward."""
    info['same_object'] = dict(
        M_u_is_hooked=second['seg_logit_unlabeled_main'] is second['seg_logit_unlabeled_firstmain'])
    info['requires_grad'] = {k: bool(v.requires_grad) for k, v in sorted(mid.items())}


def first_step(model, case, watched, hooked, info, out):
    """Records the first step's tensors, before backward; returns those whose gradients are wanted."""
    from mmseg.models.losses import FocalLoss
    _, top, second, head = watched
    mid = intermediates(top, second, head, hooked)
    describe(info, second, mid)
    retain_gradients(mid)
    out.update({f'step1/{k}': copy_of(v) for k, v in mid.items()})
    tensors, losses = own_values(second, FocalLoss)
    out.update(tensors)
    if case['loss'] == 'focal' and case['batch'] == 2:
        out.update(own_gradients(model, top['losses']['decode.loss_ce'], losses))
    return mid


def record_gradients(model, mid, info, out):
    """Gradients of the first step's parameters and intermediates, after backward."""
    found, info['params_without_grad'] = parameter_gradients(model)
    out.update({f'step1/grad/{k}': v for k, v in found.items()})
    found, info['no_grad_reaches'] = gradients_of(mid, skip=('M_l_resized',))
    out.update({f'step1/grad_of/{k}': v for k, v in found.items()})


def run_case(case, index, setup, dtype, attempt=0):
    """Three official steps; (tensors, info). Later attempts start with smaller logits, redraws with other noise."""
    for redraws in range(REDRAWS):
        with contextlib.suppress(UntellingDraw):
            return three_steps(case, index, setup, dtype, attempt, redraws)
    raise UntellingDraw


def three_steps(case, index, setup, dtype, attempt, redraws):
    """Three official steps of one start; (tensors, info)."""
    model, cfg, (img, gt, unsup) = build_case(case, index, setup, dtype, 0.1 * 0.5**attempt, redraws)
    out = {'in/img': img, 'in/gt': gt, 'in/unsup_img': unsup, **state_tensors(model, 'state0')}
    info = dict(case=case, cfg=dict(cfg), perturbed_init=True, max_iters=setup.iterations,
                optimizer=dict(OPTIMIZER), lr_config=dict(SCHEDULE))
    info.update({k: v for k, v in dict(attempt=attempt, redraws=redraws).items() if v})
    trainer, data = Trainer(model, setup.iterations), official_data(img, gt, unsup)
    edges = EdgeDecisions(model)
    info.update(edges.names())
    with module_hooks(model) as hooked, edges, steady_norms(model), recorded_beta_draws() as draws:
        for step in (1, 2, 3):
            lr = trainer.start(step - 1)
            seeds = pick_seeds(setup.seed * 1000 + index * 100 + step * 30, case['batch'],
                               case['lambda_factor'], special=step == 1)
            torch.manual_seed(seeds[0])
            np.random.seed(seeds[1])
            draws.clear()
            hooked.clear()
            watched = watched_step(model, data, trainer.optimizer)
            out.update(edges.take(step))
            out.update({f'step{step}/{k}': v for k, v in scalars(*watched[:3], draws, lr).items()})
            mid = first_step(model, case, watched, hooked, info, out) if step == 1 else None
            trainer.update(watched[0])
            if step == 1:
                record_gradients(model, mid, info, out)
            info[f'step{step}_seeds'] = dict(torch=seeds[0], numpy=seeds[1])
            if step != 2:
                out.update(state_tensors(model, f'state{step}'))
    out.update(evaluate(model, unsup[:1], setup.size))  # in/unsup_img, the first image
    return out, info
