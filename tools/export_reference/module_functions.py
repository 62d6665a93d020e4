"""Modules of the official code, each on its own: MITrans, ASPP, ResNet, resize."""
import torch
import torch.nn as nn
from capture import copy_of
from start import perturb

NORM = dict(type='BN', requires_grad=True)


class Bench:
    """One random stream, one type, and the tensors and facts collected so far."""

    def __init__(self, seed, dtype):
        torch.manual_seed(seed)
        self.gen = torch.Generator().manual_seed(seed + 5)
        self.dtype = dtype
        self.out, self.info = {}, {}

    def noise(self, *shape, std=1.0):
        """Normal noise of the bench's type; the same numbers in float32 and float64."""
        return (torch.randn(*shape, generator=self.gen) * std).to(self.dtype)

    def add(self, prefix, **tensors):
        """Stores copies under `prefix/`."""
        self.out.update({f'{prefix}/{k}': copy_of(v) for k, v in tensors.items()})

    def prepare(self, module):
        """Perturbs a module, converts it and puts it into training mode."""
        perturb(module, self.gen)
        module.to(self.dtype)
        module.train()  # the official ResNet's returns nothing
        return module

    def module(self, prefix, module, x, call):
        """Forward in training mode, then gradients of sum(output * cotangent)."""
        x = x.clone().requires_grad_()
        self.add(prefix, **{f'state/{k}': v for k, v in module.state_dict().items()})
        y = call(x)
        cotangent = torch.randn(y.shape, generator=self.gen).to(y.dtype)
        (y * cotangent).sum().backward()
        self.add(prefix, **{'in': x, 'out': y, 'cotangent': cotangent, 'grad_in': x.grad})
        self.add(prefix, **{f'grad/{k}': p.grad for k, p in module.named_parameters()
                            if p.grad is not None})
        self.add(prefix, **{f'state_after/{k}': v for k, v in module.state_dict().items()
                            if 'running' in k})


def mitrans_cases(bench):
    """MITrans with and without norms (its default), with and without the concatenation."""
    from mmseg.models.builder import build_neck
    for name, options in (('bn', dict(norm_cfg=NORM)), ('no_norm', dict()),
                          ('bn_no_concat', dict(norm_cfg=NORM, concat_input=False))):
        module = bench.prepare(build_neck(
            dict(type='MITransModule', in_channels=10, channels=10, **options)))
        bench.module(f'mitrans/{name}', module, bench.noise(2, 10, 9, 7), module)


def aspp_cases(bench, classes):
    """The ASPP head, logits at feature size."""
    from mmseg.models import build_head
    for name, dilations, align in (('d1234', (1, 2, 3, 4), False),
                                   ('d1_12_24_36', (1, 12, 24, 36), False),
                                   ('d1234_align', (1, 2, 3, 4), True)):
        head = bench.prepare(build_head(dict(
            type='ASPPHead', in_channels=12, in_index=0, channels=6, dilations=dilations,
            dropout_ratio=0.0, num_classes=classes, norm_cfg=NORM, align_corners=align,
            loss_decode=dict(type='CrossEntropyLoss'))))
        bench.module(f'aspp/{name}', head, bench.noise(3, 12, 9, 11), lambda x: head([x]))


def strided_convolutions(model):
    """Stride, dilation and padding of the 3x3 convolution that begins each stage."""
    return {name: [list(c.stride), list(c.dilation), list(c.padding)]
            for name, c in model.named_modules()
            if isinstance(c, nn.Conv2d) and name.endswith('.0.conv2')}


def resnet_case(bench, depth, base, size):
    """ResNetV1c at output stride 8: the four stages in eval, then in training mode."""
    from mmseg.models import build_backbone
    model = bench.prepare(build_backbone(dict(
        type='ResNetV1c', depth=depth, num_stages=4, stem_channels=4 * base // 2 * 2,
        base_channels=base, out_indices=(0, 1, 2, 3), dilations=(1, 1, 2, 4),
        strides=(1, 2, 1, 1), norm_cfg=NORM, norm_eval=False, style='pytorch',
        contract_dilation=True)))
    prefix, x = f'resnet/r{depth}_b{base}_s{size}', bench.noise(2, 3, size, size)
    bench.add(prefix, **{f'state/{k}': v for k, v in model.state_dict().items()}, **{'in': x})
    with torch.no_grad():
        for mode in ('eval', 'train'):
            model.train(mode == 'train')
            bench.add(prefix, **{f'{mode}/layer{i + 1}': y for i, y in enumerate(model(x))})
    bench.info[prefix] = strided_convolutions(model)


def resnet_cases(bench, size):
    """Basic blocks and bottlenecks, an odd size and one that is not a multiple of 8 plus 1."""
    for depth, base, side in ((18, 4, size), (50, 2, size), (18, 4, size - 3), (101, 1, 33)):
        resnet_case(bench, depth, base, side)


def resize_cases(bench):
    """Bilinear resize, both corner rules, with gradient."""
    from mmseg.ops import resize
    for h, w, oh, ow in ((9, 9, 65, 65), (1, 1, 9, 9), (7, 5, 13, 11),
                         (13, 11, 7, 5), (9, 9, 9, 9), (2, 3, 97, 83)):
        for align in (False, True):
            x = bench.noise(1, 2, h, w).requires_grad_()
            y = resize(x, size=(oh, ow), mode='bilinear', align_corners=align)
            cotangent = bench.noise(*y.shape)
            (y * cotangent).sum().backward()
            bench.add(f'resize/{h}x{w}_to_{oh}x{ow}_{"align" if align else "half"}',
                      **{'in': x, 'out': y, 'cotangent': cotangent, 'grad_in': x.grad})
