"""Holds the restatement against the official step where both have the same parts.

    python check_restatement.py --official CHECKOUT --reference DIR

Loads the start of each official case of the folder into the restated network and runs the
official recipe: three steps of the squared-error cases; of the focal cases one step with the
loss of the CUDA operator, where the file has its gradients (own/). Prints the largest
difference of losses, gradients and states, relative to each tensor's largest value.
Exit code 1 above 1e-3.
"""
import argparse
import glob
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import official_env as oe  # noqa: E402

import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402

LIMIT = 1e-3


def load(path):
    """(tensors by name, info) of one file."""
    with safe_open(path, 'pt') as f:
        info = json.loads(f.metadata()['json'])['info']
        return {k: f.get_tensor(k) for k in f.keys()}, info


def restated_twin(tensors, info):
    """(restated model with the file's starting weights, batch, recipe)."""
    from restated_cases import recipe
    from restated_forward import Batch
    from restated_model import build_restated, restated_cfg
    options = recipe(pair_select='random', pair_direction='labeled', unsup_target='M_u',
                     unsup_loss='mse' if info['case']['loss'] == 'mse' else 'focal-hard',
                     image_pool_updates=2, lambda_limit=info['case']['lambda_factor'])
    case = dict(info['case'], recipe=options, mitrans='cat' if info['case']['mitrans'] else False)
    model = build_restated(restated_cfg(case, info['cfg']['decode_head']['num_classes']))
    model.load_state_dict({k: tensors['state0/' + k] for k in model.state_dict()})
    return model.train(), Batch(tensors['in/img'], tensors['in/gt'], tensors['in/unsup_img']), options


def three_steps(tensors, info):
    """The restated run's losses, gradients of the first step, and states."""
    from restated_forward import objective
    from training import Trainer, state_tensors
    model, batch, options = restated_twin(tensors, info)
    trainer, got = Trainer(model, info['max_iters']), {}
    for step in (1, 2, 3):
        trainer.start(step - 1)
        torch.manual_seed(info[f'step{step}_seeds']['torch'])
        np.random.seed(info[f'step{step}_seeds']['numpy'])
        losses, _, draws = objective(model, batch, options, step - 1)
        got.update({f'step{step}/{k}': v.detach() for k, v in losses.items()})
        got[f'step{step}/lam'] = draws['lam']
        trainer.update(dict(loss=losses['loss_total']))
        if step == 1:
            got.update({f'step1/grad/{k}': p.grad.clone() for k, p in model.named_parameters()})
        got.update(state_tensors(model, f'state{step}') if step != 2 else {})
    return got


def worst(got, expected):
    """(relative difference, name) of the tensor that differs most; near-zero gradients are left out."""
    largest = max(t.abs().max().item() for k, t in expected.items() if '/grad' in k)

    def relative(name):
        scale = expected[name].double().abs().max().item()
        if '/grad' in name and scale < 1e-5 * largest:
            return 0.0
        return (got[name].double() - expected[name].double()).abs().max().item() / max(scale, 1e-12)

    return max((relative(k), k) for k in got)


def cuda_focal_names(got):
    """What the file calls the first step's tensors when the loss is that of the CUDA operator."""
    renamed = {k.replace('step1/grad/', 'own/grad_ce_focal_argmax/'): v for k, v in got.items()
               if k.startswith('step1/grad/')}
    renamed['own/focal_argmax_target'] = got['step1/loss_unlabeled']
    return renamed


def compare(path):
    """(relative difference, name) of one file, or None where it has nothing to compare."""
    tensors, info = load(path)
    if info['case']['loss'] == 'mse':
        return worst(three_steps(tensors, info), tensors)
    got = cuda_focal_names(three_steps(tensors, info))
    got = {k: v for k, v in got.items() if k in tensors}
    return worst(got, tensors) if len(got) > 1 else None


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--official', required=True)
    ap.add_argument('--reference', required=True, help='a folder that export.py wrote')
    args = ap.parse_args()
    oe.load_official(args.official)
    torch.set_num_threads(1)
    failed = False
    for path in sorted(glob.glob(os.path.join(args.reference, 'train-*.safetensors'))):
        found = None if 'restated' in path else compare(path)
        if found is not None:
            print(f'{os.path.basename(path)}: {found[0]:.2e} at {found[1]}')
            failed = failed or not found[0] <= LIMIT
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
