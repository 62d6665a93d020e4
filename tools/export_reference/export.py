"""Export reference tensors from the official GuidedMix-Net code, or from the restatement beside it.

    python export.py --official CHECKOUT --out DIR --seed N
    python export.py --official CHECKOUT --out DIR --seed N --cases restated

Writes safetensors files and `manifest.json` into DIR; README.md beside this file says
what is in them. The same arguments give the same bytes on the same kind of CPU.
"""
import argparse
import fnmatch
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import official_env as oe  # noqa: E402

import torch  # noqa: E402
from acceptance import is_steady, is_usable  # noqa: E402
from cases import OFFICIAL_CASES, Setup, with_batch  # noqa: E402
from loss_functions import loss_cases, poly_cases  # noqa: E402
from module_functions import (Bench, aspp_cases, mitrans_cases, resize_cases,  # noqa: E402
                              resnet_cases)
from start import UntellingDraw  # noqa: E402
from writing import write, write_manifest  # noqa: E402

ATTEMPTS = 40


def parse_arguments():
    """The command line, checked."""
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--official', required=True, help='a checkout of the official repository')
    ap.add_argument('--out', required=True, help='the folder to write')
    ap.add_argument('--seed', type=int, default=1234)
    ap.add_argument('--cases', choices=('official', 'restated', 'all'), default='official')
    ap.add_argument('--size', type=int, default=65, help='side of the training crop, at least 33')
    ap.add_argument('--classes', type=int, default=5, help='2 to 255')
    ap.add_argument('--batch', type=int, help='labeled images of every case, and as many unlabeled; '
                    'default: per case')
    ap.add_argument('--threads', type=int, default=1, help='of PyTorch; each number rounds otherwise')
    ap.add_argument('--only', default='*', help='file names to write, by commas; * and ? match')
    args = ap.parse_args()
    if args.size < 33:
        ap.error(f'--size is {args.size}, expected at least 33')
    if not 2 <= args.classes <= 255:
        ap.error(f'--classes is {args.classes}, expected 2 to 255')
    if args.batch is not None and args.batch < 2:
        ap.error(f'--batch is {args.batch}, expected at least 2: the norm after global pooling '
                 'cannot train on one image')
    if args.threads < 1:
        ap.error(f'--threads is {args.threads}, expected at least 1')
    if not 0 <= args.seed < 2**32:
        ap.error(f'--seed is {args.seed}, expected 0 to 2^32 - 1')
    return args


def wanted(name, args):
    """Whether --only asks for the file `name`."""
    return any(fnmatch.fnmatch(name, p.strip()) for p in args.only.split(','))


def export_training(run_case, accepts, case, index, setup):
    """The first accepted attempt at a case: (float32 tensors, float64 tensors, info)."""
    for attempt in range(ATTEMPTS):
        try:
            got, info = run_case(case, index, setup, torch.float32, attempt)
            exact, exact_info = run_case(case, index, setup, torch.float64, attempt)
        except UntellingDraw:
            continue
        same_start = info.get('redraws') == exact_info.get('redraws')
        if same_start and accepts(got, exact):
            return got, exact, info
    raise SystemExit(f'{case["name"]}: no usable start in {ATTEMPTS} attempts; try another --seed')


def official_functions(setup, dtype):
    """All function-level tensors; the order is that of the random stream."""
    bench = Bench(setup.seed, dtype)
    mitrans_cases(bench)
    aspp_cases(bench, setup.classes)
    resnet_cases(bench, setup.size)
    resize_cases(bench)
    loss_cases(bench)
    poly_cases(bench, setup.iterations)
    return bench


def write_functions(args, setup, functions, manifest):
    """One file a group (the first part of the tensors' names)."""
    bench, exact = functions(setup, torch.float32), functions(setup, torch.float64)
    for group in sorted({k.split('/')[0] for k in bench.out}):
        if wanted('fn-' + group, args):
            write(args.out, 'fn-' + group,
                  {k: v for k, v in bench.out.items() if k.split('/')[0] == group}, exact.out,
                  {k: v for k, v in bench.info.items() if k.split('/')[0] == group}, manifest)


def write_training(args, setup, run_case, accepts, cases, manifest):
    """One file a training case."""
    for index, case in enumerate(cases):
        if wanted('train-' + case['name'], args):
            got, exact, info = export_training(run_case, accepts, with_batch(case, args.batch), index, setup)
            write(args.out, 'train-' + case['name'], got, exact, info, manifest)


def main():
    args = parse_arguments()
    oe.load_official(args.official)
    import mmcv
    from official_step import run_case
    torch.set_num_threads(args.threads)  # fixes the order of summation
    torch.use_deterministic_algorithms(True)
    os.makedirs(args.out, exist_ok=True)
    setup = Setup(seed=args.seed, size=args.size, classes=args.classes)
    manifest = {}
    if args.cases in ('official', 'all'):
        write_training(args, setup, run_case, is_usable, OFFICIAL_CASES, manifest)
        if any(wanted('fn-' + g, args) for g in ('aspp', 'ce', 'focal', 'mitrans', 'poly', 'resize', 'resnet')):
            write_functions(args, setup, official_functions, manifest)
    if args.cases in ('restated', 'all'):
        from method_functions import method_functions
        from restated_cases import RESTATED_CASES
        from restated_step import run_case as run_restated
        write_training(args, setup, run_restated, is_steady, RESTATED_CASES, manifest)
        if wanted('fn-method', args):
            write_functions(args, setup, method_functions, manifest)
    if not manifest:
        raise SystemExit(f'--only {args.only} matches no file of --cases {args.cases}')
    versions = dict(torch=torch.__version__, numpy=np.__version__, mmcv=mmcv.__version__)
    print(write_manifest(args.out, args.seed, versions, manifest))


if __name__ == '__main__':
    main()
