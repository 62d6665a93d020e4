"""Writes fixtures of the baselines: `python export.py --out DIR [--seed N]`. Needs torch, numpy and safetensors."""
import argparse
import json
import os

import torch
from draws import Numbers
from methods import SIZE, cct, cutmix_seg, fixmatch, unimatch
from network import shapes
from safetensors.torch import save_file

CLASSES, IMAGES = 4, 3
KINDS = ('vat', 'dropout', 'cutOut', 'context', 'object', 'featureDrop', 'noise')
DECODERS = [f'aux_decoders.{kind}.0' for kind in KINDS]
VIEWS = dict(threshold=0.6, dropout=0.5, area=(0.02, 0.4), probability=0.5)
CASES = {
    'fixmatch': (fixmatch, VIEWS),
    'unimatch': (unimatch, VIEWS),
    'adaptive': (fixmatch, dict(VIEWS, hard=(0.125, 1200), rule='adaptive', before={'pseudo_labels.threshold': [0.625]})),
    'by-class': (fixmatch, dict(VIEWS, hard=(0.5, 100), rule='by-class', before={
        'pseudo_labels.confidence': [0.75], 'pseudo_labels.classes': [0.125, 0.375, 0.3125, 0.1875]})),
    'cutmix-seg': (cutmix_seg, dict(threshold=0.6, area=(0.5, 0.5))),
    'cct': (cct, dict(decoders=DECODERS, radius=2.0, dropout=0.5, erase=0.4, noise=0.3, keep=(0.7, 0.9), weight=30.0,
                      iteration=3, iterations=100, ramp_up=0.1)),
}


def make_state(generator):
    """Parameters of which every part takes part: logits far enough apart, rectifiers open and shut."""
    def value(name, shape):
        noise = torch.randn(shape, generator=generator)
        if name.endswith('running_var') or '.bn' in name and name.endswith('.weight'):
            return 1 + 0.3 * torch.rand(shape, generator=generator)
        if len(shape) == 1:
            return 0.2 * noise + (0.3 if name.startswith('aux_decoders') else 0)
        size = shape[1] * shape[2] * shape[3]
        return noise * (2 / size) ** 0.5 * (1.5 if 'conv_seg' in name else 1)
    return {name: value(name, shape) for name, shape in shapes(CLASSES, DECODERS).items()}


def make_batch(generator):
    """Smooth images that differ in brightness and contrast, and labels with a border of 255."""
    def images():
        coarse = torch.randn(IMAGES, 3, 6, 6, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE), mode='bilinear')
        noise = 0.3 * torch.randn(IMAGES, 3, SIZE, SIZE, generator=generator)
        return smooth + noise + torch.randn(IMAGES, 3, 1, 1, generator=generator)
    labels = torch.randint(CLASSES, (IMAGES, SIZE, SIZE), generator=generator)
    labels[:, :2] = 255
    return dict({name: images() for name in ('labeled', 'unlabeled', 'plain', 'second')}, labels=labels)


def run(method, options, inputs, dtype, seed):
    """(losses, gradients by name, state after the step, numbers taken)."""
    state, teacher, batch = ({k: v.to(dtype) if v.is_floating_point() else v for k, v in part.items()} for part in inputs)
    state = {k: v.clone().requires_grad_('running_' not in k) for k, v in state.items()}
    state.update({k: torch.tensor(v, dtype=dtype) for k, v in options.get('before', {}).items()})
    numbers = Numbers(seed)
    losses = method(state, teacher, batch, numbers, options)
    losses[-1].backward()
    gradients = {k: v.grad for k, v in state.items() if v.grad is not None}
    return losses, gradients, {k: v for k, v in state.items() if not v.requires_grad}, numbers.taken


def check(gradients, exact):
    """Refuses a start where rounding decides a rectifier, a class or a threshold."""
    for name, gradient in gradients.items():
        apart = (gradient.double() - exact[name]).abs().max() / (exact[name].abs().max() + 1e-6)
        if apart > 1e-3:
            raise SystemExit(f'Cannot use this seed: float32 differs from float64 by {apart:.1e} in {name}')


def write(folder, name, tensors, info):
    clean = {k: (v.detach().float() if v.is_floating_point() and not k.startswith('draws/') else v.detach())
             .contiguous() for k, v in sorted(tensors.items())}
    save_file(clean, os.path.join(folder, f'{name}.safetensors'), metadata={'json': json.dumps(info, sort_keys=True)})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--out', required=True)
    parser.add_argument('--seed', type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    generator = torch.Generator().manual_seed(args.seed)
    state, teacher, batch = make_state(generator), make_state(generator), make_batch(generator)
    write(args.out, 'inputs', {**{f'state/{k}': v for k, v in state.items()}, **{f'in/{k}': v for k, v in batch.items()},
                               **{f'teacher/{k}': v for k, v in teacher.items() if not k.startswith('aux_')}},
          dict(classes=CLASSES))
    for name, (method, options) in CASES.items():
        inputs = (state, teacher, batch)
        losses, gradients, statistics, taken = run(method, options, inputs, torch.float64, args.seed)
        if name != 'cct':
            check(run(method, options, inputs, torch.float32, args.seed)[1], gradients)
        tensors = {f'loss/{k}': v for k, v in zip(('ce', 'usup', 'total'), losses)}
        tensors.update({f'grad/{k}': v for k, v in gradients.items()})
        tensors.update({f'after/{k}': v for k, v in statistics.items()})
        tensors.update({f'before/{k}': torch.tensor(v) for k, v in options.get('before', {}).items()})
        tensors.update({f'draws/{k}': torch.tensor(v, dtype=torch.float64) for k, v in taken.items()})
        write(args.out, name, tensors, options)
        print(name, *(f'{loss.item():.5f}' for loss in losses))


if __name__ == '__main__':
    main()
