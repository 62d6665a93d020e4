"""Three training steps of the restated method, in the form of the official cases."""
import numpy as np
import torch
from capture import (copy_of, gradients_of, module_hooks, parameter_gradients,
                     recorded_beta_draws, retain_gradients)
from cases import OPTIMIZER, SCHEDULE
from edge_decisions import EdgeDecisions
from restated_forward import Batch, objective
from restated_model import build_restated, restated_cfg
from start import UntellingDraw, make_batch, normal, perturb, pick_seeds
from steady_norms import steady_norms
from training import Trainer, evaluate_logits, state_tensors

LEAST_MARGIN = 0.01  # relative distance between nearest and next: far above rounding


def restated_batch(setup, batch, gen):
    """Images of differing brightness and contrast, and label maps that lack some classes each."""
    img, gt, unsup = make_batch(setup, batch, gen)
    for images in (img, unsup):
        images.mul_(torch.rand(batch, 1, 1, 1, generator=gen) * 1.5 + 0.5)
        images.add_(torch.randn(batch, 3, 1, 1, generator=gen))
    for label in gt:
        order = torch.randperm(setup.classes, generator=gen)
        kept = order[:1 + setup.classes // 2]
        inside = label != 255
        label[inside] = kept[label[inside] % len(kept)]
    return img, gt, unsup


def build_case(case, index, setup, dtype, attempt):
    """(model, config, Batch), all seeded."""
    seed = setup.seed + 7919 * attempt
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    cfg = restated_cfg(case, setup.classes)
    model = build_restated(cfg)
    gen = torch.Generator().manual_seed(seed * 1000 + 500 + index)
    perturb(model, gen)
    if cfg['classifier']:
        with torch.no_grad():
            normal(model.classifier.weight, 0.3, gen)
            normal(model.classifier.bias, 0.1, gen)
    img, gt, unsup = restated_batch(setup, case['batch'], gen)
    return model.to(dtype).train(), cfg, Batch(img.to(dtype), gt, unsup.to(dtype))


def check_pairs(mid, draws, step):
    """Refuses nearest pairs that rounding could change, or that a missing gather would not change."""
    if 'distances' not in mid:
        return
    near = mid['distances'].sort(1).values
    if ((near[:, 1] - near[:, 0]) < LEAST_MARGIN * near[:, 0]).any():
        raise UntellingDraw
    if step == 1 and torch.equal(draws['pairs'], torch.arange(len(draws['pairs']))):
        raise UntellingDraw


def collect(mid, hooked):
    """Adds what the hooks saw: the first call is the unlabeled mixture's, the second the labeled one's."""
    for name, calls in hooked.items():
        if name != 'mixed':
            for prefix, tensor in zip(('', 'dec_'), calls):
                mid[prefix + name] = tensor
    for redundant in ('feat_l', 'feat_u'):
        mid.pop(redundant)
    return mid


def record_before(mid, info, out):
    """Copies the first step's intermediates and makes autograd keep their gradients."""
    info['requires_grad'] = {k: bool(v.requires_grad) for k, v in sorted(mid.items())}
    retain_gradients(mid)
    out.update({f'step1/{k}': copy_of(v) if v.dtype.is_floating_point else v.long()
                for k, v in mid.items()})


def record_after(model, mid, info, out):
    """Copies the first step's gradients."""
    found, info['params_without_grad'] = parameter_gradients(model)
    out.update({f'step1/grad/{k}': v for k, v in found.items()})
    found, info['no_grad_reaches'] = gradients_of(mid, skip=('M_l_resized',))
    out.update({f'step1/grad_of/{k}': v for k, v in found.items()})


def seed_step(case, index, setup, step, info):
    """Seeds torch and numpy for one step."""
    seeds = pick_seeds(setup.seed * 1000 + 500 + index * 100 + step * 30, case['batch'],
                       case['recipe']['lambda_limit'], special=True)
    torch.manual_seed(seeds[0])
    np.random.seed(seeds[1])
    info[f'step{step}_seeds'] = dict(torch=seeds[0], numpy=seeds[1])


def run_case(case, index, setup, dtype, attempt=0):
    """Three restated steps; (tensors, info). Later attempts take another start and batch."""
    model, cfg, batch = build_case(case, index, setup, dtype, attempt)
    out = {'in/img': batch.img, 'in/gt': batch.label[:, None], 'in/unsup_img': batch.unsup,
           **state_tensors(model, 'state0')}
    info = dict(case={k: v for k, v in case.items() if k != 'recipe'}, recipe=case['recipe'],
                cfg=cfg, attempt=attempt, perturbed_init=True, max_iters=setup.iterations,
                optimizer=dict(OPTIMIZER), lr_config=dict(SCHEDULE))
    trainer, edges = Trainer(model, setup.iterations), EdgeDecisions(model)
    info.update(edges.names())
    with module_hooks(model) as hooked, edges, steady_norms(model), recorded_beta_draws() as beta:
        for step in (1, 2, 3):
            draws = dict(lr=trainer.start(step - 1))
            seed_step(case, index, setup, step, info)
            beta.clear()
            hooked.clear()
            losses, mid, drawn = objective(model, batch, case['recipe'], step - 1)
            out.update(edges.take(step))
            check_pairs(mid, drawn, step)
            draws.update(drawn, lam_draws=torch.tensor(beta, dtype=torch.float64))
            out.update({f'step{step}/{k}': copy_of(v) for k, v in {**draws, **losses}.items()})
            if step == 1:
                record_before(collect(mid, hooked), info, out)
            trainer.update(dict(loss=losses['loss_total']))
            if step == 1:
                record_after(model, mid, info, out)
            if step != 2:
                out.update(state_tensors(model, f'state{step}'))
    out.update(evaluate_logits(model, batch.unsup[:1]))
    return out, info
