"""Time the official PyTorch step on request, so that another process can alternate with it.

    python tools/bench/official_step.py --official CHECKOUT --config r50-129 --mitrans 256
    python tools/bench/official_step.py --official CHECKOUT --resnet-aspp

First prints one JSON line that says what is timed. Then answers each line of standard input
with one JSON line:

    step            {"seconds": s, "loss": x}  forward, backward and SGD (loss null: not finite)
    forward         {"seconds": s}             prediction logits of the labeled batch, no gradients
    train-forward   {"seconds": s, "loss": x}  the training forward alone, its graph kept
    peak            {"peak_bytes": n}          largest resident memory of this process so far
    quit            ends, as the end of input does

The first step pays for warming up. PyTorch's own settings stand, but for --threads. The data
are noise, two labeled and two unlabeled images unless --batch says otherwise; 21 classes (tiny: 5). --mitrans takes a width,
or `cat` for the official width, that of the concatenated branches; at another width the mix
decoder's bottleneck takes as many channels, which no official configuration can ask for.
--resnet-aspp is ResNet-50 V1c and the ASPP head alone, forward and backward of the mean logit
of 2x3x129x129, without an optimizer.
"""
import argparse
import json
import math
import os
import resource
import sys
import time
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'export_reference'))
sys.dont_write_bytecode = True
import official_env as oe  # noqa: E402

R50 = dict(depth=50, base=64, stem=64, channels=512, dilations=(1, 12, 24, 36), num_classes=21, dropout=0.1)
TINY = dict(depth=18, base=4, stem=8, channels=6, dilations=(1, 2, 3, 4), num_classes=5, dropout=0.0)
CONFIGS = {'tiny': (TINY, 65), 'r50-129': (R50, 129), 'r50-257': (R50, 257)}
RESNET_ASPP_BATCH = 2


def timed(work):
    """(seconds, result) of one call."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def finite(value):
    """The number for JSON, which has no NaN."""
    return value if math.isfinite(value) else None


def build_model(options, mitrans):
    """The official segmentor, MITrans off (None), at `cat`, or at a width."""
    from mmcv.cnn import ConvModule
    cfg = oe.model_cfg(**options, mitrans=mitrans is not None)
    narrow = mitrans not in (None, 'cat')
    if narrow:
        cfg['mitrans']['channels'] = int(mitrans)
    model = oe.build(cfg)
    if narrow:
        model.decode_head_mix.bottleneck = ConvModule(
            int(mitrans), options['channels'], 3, padding=1, norm_cfg=dict(type='BN', requires_grad=True))
    return model


def noise_batch(side, classes, count):
    """The arguments of the official `train_step`."""
    import torch
    metas = [{}] * count
    return {'img': torch.randn(count, 3, side, side), 'img_metas': metas,
            'gt_semantic_seg': torch.randint(0, classes, (count, 1, side, side)),
            'unsup.img': torch.randn(count, 3, side, side), 'unsup.img_metas': metas,
            'unsup.gt_semantic_seg': torch.zeros(count, 1, side, side, dtype=torch.long)}


class OfficialStep:
    """The whole training step through mmcv's optimizer hook."""

    def __init__(self, options, side, mitrans, count):
        from mmcv.runner import OptimizerHook, build_optimizer
        self.model = build_model(options, mitrans)
        self.data = noise_batch(side, options['num_classes'], count)
        self.optimizer = build_optimizer(
            self.model, dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005))
        self.hook = OptimizerHook()
        self.runner = SimpleNamespace(optimizer=self.optimizer, model=self.model, outputs=None)

    def train_forward(self):
        """The losses of one batch; returns the total."""
        self.model.train()
        self.runner.outputs = self.model.train_step(self.data, self.optimizer)
        return float(self.runner.outputs['loss'].detach())

    def step(self):
        """Forward, backward, SGD; returns the total loss."""
        loss = self.train_forward()
        self.hook.after_train_iter(self.runner)
        self.runner.outputs = None  # lets go of the graph
        return loss

    def forward(self):
        """Prediction logits of the labeled images at their own size."""
        import torch
        self.model.eval()
        with torch.no_grad():
            self.model.encode_decode(self.data['img'], None)


class ResnetAspp:
    """Encoder and ASPP head alone."""

    def __init__(self, options, side):
        import torch
        self.model = build_model(options, None)
        self.x = torch.randn(RESNET_ASPP_BATCH, 3, side, side)

    def train_forward(self):
        """The mean logit at feature size; keeps the graph."""
        self.model.train()
        self.mean = self.model.decode_head(self.model.backbone(self.x)).mean()
        return float(self.mean.detach())

    def step(self):
        """Forward and backward; gradients are dropped, not accumulated."""
        self.model.zero_grad()
        loss = self.train_forward()
        self.mean.backward()
        return loss

    def forward(self):
        """Logits at feature size without gradients."""
        import torch
        self.model.eval()
        with torch.no_grad():
            self.model.decode_head(self.model.backbone(self.x))


def answer(command, subject):
    """One command's JSON object."""
    if command == 'peak':
        return dict(peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    if command == 'forward':
        return dict(seconds=timed(subject.forward)[0])
    if command in ('step', 'train-forward'):
        seconds, loss = timed(subject.step if command == 'step' else subject.train_forward)
        return dict(seconds=seconds, loss=finite(loss))
    return dict(error=f'Unknown command "{command}", expected step, forward, train-forward, peak or quit')


def serve(subject, header):
    """Prints the header, then an answer for each line until `quit` or the end of input."""
    print(json.dumps(header), flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command == 'quit':
            return
        if command:
            print(json.dumps(answer(command, subject)), flush=True)


def parse_arguments():
    """The command line, checked."""
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--official', required=True, help='a checkout of the official repository')
    ap.add_argument('--config', choices=list(CONFIGS), default='r50-129')
    ap.add_argument('--mitrans', metavar='WIDTH', help='a width or "cat"; default: MITrans off')
    ap.add_argument('--crop', type=int, help="default: the configuration's")
    ap.add_argument('--batch', type=int, default=2, help='labeled images, and as many unlabeled; at least 2')
    ap.add_argument('--resnet-aspp', action='store_true', help='ResNet-50 V1c and ASPP alone')
    ap.add_argument('--threads', type=int, default=0, help="default: PyTorch's own choice")
    args = ap.parse_args()
    if args.mitrans not in (None, 'cat') and not (args.mitrans.isdigit() and int(args.mitrans) >= 2):
        ap.error(f'--mitrans is "{args.mitrans}", expected "cat" or a width of at least 2')
    if args.batch < 2:
        ap.error(f'--batch is {args.batch}, expected at least 2: the pooled norm sees one value an image')
    if args.resnet_aspp and (args.mitrans or args.crop or args.batch != 2 or args.config != 'r50-129'):
        ap.error('--resnet-aspp has its own sizes, expected no --mitrans, --config, --crop or --batch')
    return args


def main():
    args = parse_arguments()
    oe.load_official(args.official)
    import numpy as np
    import torch
    torch.manual_seed(0)
    np.random.seed(0)
    if args.threads:
        torch.set_num_threads(args.threads)
    options, side = CONFIGS[args.config]
    side = args.crop or side
    subject = (ResnetAspp(options, side) if args.resnet_aspp
               else OfficialStep(options, side, args.mitrans, args.batch))
    parts = [subject.model.backbone, subject.model.decode_head] if args.resnet_aspp else [subject.model]
    serve(subject, dict(
        config='resnet-aspp' if args.resnet_aspp else args.config, mitrans=args.mitrans, crop=side,
        labeled=args.batch, unlabeled=0 if args.resnet_aspp else args.batch, classes=options['num_classes'],
        depth=options['depth'], channels=options['channels'], dilations=options['dilations'],
        torch=torch.__version__, threads=torch.get_num_threads(), precision='float32',
        params_million=round(sum(p.numel() for m in parts for p in m.parameters()) / 1e6, 3)))


if __name__ == '__main__':
    main()
