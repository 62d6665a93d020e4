"""The restated parts each on its own: inputs, outputs, gradients (fn-method)."""
import numpy as np
import torch
import torch.nn as nn
import restatement as rs
from method_mitrans import mitrans_width_cases
from module_functions import Bench
from restated_cases import recipe

LAM = 0.3


def leaf(tensor):
    """A copy that asks for its gradient."""
    return tensor.clone().requires_grad_()


def gradients(loss, **inputs):
    """Gradients by name; exact zeros where none flows."""
    found = torch.autograd.grad(loss, list(inputs.values()), allow_unused=True)
    return {f'grad_{k}': torch.zeros_like(x) if g is None else g
            for (k, x), g in zip(inputs.items(), found)}


def against_cotangent(bench, prefix, output, **inputs):
    """Stores inputs, output, a cotangent and the inputs' gradients of sum(output * cotangent)."""
    cotangent = bench.noise(*output.shape)
    bench.add(prefix, **inputs, out=output, cotangent=cotangent,
              **gradients((output * cotangent).sum(), **inputs))


def pooling_and_pairs(bench):
    """Global pooling; nearest pairs both ways, unequal counts, exact ties."""
    x = leaf(bench.noise(3, 4, 7, 5))
    against_cotangent(bench, 'method/pool/plain', rs.pooled(x), features=x)
    cases = dict(b3=(bench.noise(3, 8), bench.noise(3, 8)),
                 l2_u5=(bench.noise(2, 8), bench.noise(5, 8)),
                 l6_u1=(bench.noise(6, 3), bench.noise(1, 3)))
    tied = torch.tensor([[1., 0.], [0., 1.], [1., 0.], [-1., 0.]]).to(bench.dtype)
    cases['ties'] = (tied, torch.tensor([[0., 0.], [1., 1.], [1., 0.], [-2., 0.]]).to(bench.dtype))
    for name, (labeled, unlabeled) in cases.items():
        for direction, (q, k) in dict(unlabeled=(unlabeled, labeled), labeled=(labeled, unlabeled)).items():
            prefix = f'method/nearest/{name}_{direction}'
            bench.add(prefix, labeled=labeled, unlabeled=unlabeled, distances=rs.distances(q, k),
                      pairs=rs.nearest(q, k))
            bench.info[prefix] = dict(pair_direction=direction)


def mixing_and_decoupling(bench):
    """Mixing by pair lists; decoupling in every mode and space."""
    labeled, unlabeled = leaf(bench.noise(3, 5, 4, 6)), leaf(bench.noise(3, 5, 4, 6))
    pair_l, pair_u = torch.tensor([2, 0, 2]), torch.tensor([0, 1, 2])
    bench.add('method/mix/pairs', pair_l=pair_l, pair_u=pair_u)
    against_cotangent(bench, 'method/mix/pairs', rs.mix(labeled[pair_l], unlabeled[pair_u], LAM),
                      labeled=labeled, unlabeled=unlabeled)
    bench.info['method/mix/pairs'] = dict(lam=LAM)
    for mode, space, normalize in (('soft', 'logits', False), ('soft', 'logits', True),
                                   ('soft', 'probabilities', False), ('soft', 'probabilities', True),
                                   ('hard', 'logits', False), ('hard', 'probabilities', False)):
        prefix = f'method/decouple/{mode}_{space}{"_normalize" if normalize else ""}'
        mixed, first = leaf(bench.noise(2, 5, 4, 6, std=2.0)), leaf(bench.noise(2, 5, 4, 6, std=2.0))
        against_cotangent(bench, prefix, rs.decouple(mixed, first, LAM, mode, space, normalize),
                          mixed=mixed, labeled=first)
        bench.info[prefix] = dict(lam=LAM, decouple_mode=mode, decouple_space=space,
                                  decouple_normalize=normalize)


def consistency_cases(bench):
    """L_usup with either side constant; the constant side's gradient is exactly zero."""
    mse = [dict(unsup_target=t, decouple_space=s, decouple_normalize=n)
           for t in ('M_u', 'M_u_dec') for s in ('logits', 'probabilities') for n in (False, True)]
    hard = [dict(unsup_target=t, decouple_mode='hard') for t in ('M_u', 'M_u_dec')]
    focal = [dict(unsup_target='M_u', unsup_loss='focal-hard')]
    for options in mse + hard + focal:
        r = recipe(**options)
        prefix = 'method/usup/' + '_'.join(
            [r['unsup_loss'], r['decouple_mode'], r['decouple_space'], r['unsup_target']]
            + ['normalize'] * r['decouple_normalize'])
        parts = {k: leaf(bench.noise(3, 5, 4, 6, std=2.0)) for k in ('M_mix', 'M_l', 'M_u')}
        pair_l, pair_u = torch.tensor([2, 0, 2]), torch.tensor([1, 2, 0])
        decoupled = rs.decouple(parts['M_mix'], parts['M_l'][pair_l], LAM, r['decouple_mode'],
                                r['decouple_space'], r['decouple_normalize'])
        loss, _, _ = rs.consistency(decoupled, parts['M_u'][pair_u], r)
        bench.add(prefix, pair_l=pair_l, pair_u=pair_u, M_u_dec=decoupled, loss=loss, **parts,
                  **gradients(loss, **parts))
        stated = {k: v for k, v in r.items() if k.startswith(('unsup_', 'decouple_'))}
        bench.info[prefix] = dict(stated, lam=LAM)


def classifier_cases(bench):
    """L_cla; in 'ignored' one label map holds no class at all."""
    for name in ('plain', 'ignored'):
        label = torch.randint(0, 3, (3, 9, 7), generator=bench.gen)
        label[1, :, :4] = 4
        label[0, 2:] = 255
        if name == 'ignored':
            label[2] = 255
        x, weight, bias = (leaf(bench.noise(*s)) for s in ((3, 6, 4, 5), (5, 6), (5,)))
        logits = nn.functional.linear(rs.pooled(x), weight, bias)
        present = rs.classes_present(label, 5)
        loss = rs.classification_loss(logits, present)
        bench.add(f'method/cla/{name}', features=x, weight=weight, bias=bias, label=label,
                  target=present.long(), logits=logits, loss=loss,
                  **gradients(loss, features=x, weight=weight, bias=bias))


def labeled_mix_cases(bench):
    """L_dec: squared error in both spaces and modes, cross entropy; divided by 1 - lam or not."""
    for kind, space, mode, normalize in (
            ('mse', 'logits', 'soft', False), ('mse', 'logits', 'soft', True),
            ('mse', 'probabilities', 'soft', False), ('mse', 'probabilities', 'soft', True),
            ('mse', 'logits', 'hard', False), ('ce', 'logits', 'soft', False), ('ce', 'logits', 'soft', True)):
        prefix = f'method/dec/{kind}_{mode}_{space}{"_normalize" if normalize else ""}'
        options = dict(dec=kind, dec_mode=mode, dec_space=space, dec_normalize=normalize)
        m_ll, m_l = leaf(bench.noise(3, 5, 4, 6)), leaf(bench.noise(3, 5, 4, 6))
        label = torch.randint(0, 5, (3, 9, 13), generator=bench.gen)
        label[:, 3:6] = 255
        perm = torch.tensor([1, 2, 0])
        loss, rest, _ = rs.labeled_mix_loss(m_ll, m_l, label, perm, LAM, options)
        bench.add(prefix, M_ll=m_ll, M_l=m_l, label=label, perm=perm, M_ll_dec=rest, loss=loss,
                  **gradients(loss, M_ll=m_ll, M_l=m_l))
        bench.info[prefix] = dict(options, lam=LAM)


def draws_and_ramp(bench, seed):
    """lambda draws for numpy seeds and limits; the ramp-up's weights."""
    for numpy_seed in (seed, seed + 1):
        for limit in (0.1, 0.3, 0.5):
            prefix = f'method/lambda/seed{numpy_seed}_limit{limit}'
            np.random.seed(numpy_seed % 2**32)
            drawn = [rs.draw_lambda(limit) for _ in range(8)]
            bench.add(prefix, lam=torch.tensor(drawn, dtype=torch.float64))
            bench.info[prefix] = dict(numpy_seed=numpy_seed % 2**32, limit=limit)
    for length in (0, 1, 10, 3000):
        iterations = [0, 1, 2, 5, 9, 10, 11, 300, 2999, 3000, 5000]
        weights = [rs.ramp_up(i, length) for i in iterations]
        bench.add(f'method/rampup/length{length}', iteration=torch.tensor(iterations),
                  weight=torch.tensor(weights, dtype=torch.float64))
        bench.info[f'method/rampup/length{length}'] = dict(ramp_up_iterations=length)


def method_functions(setup, dtype):
    """All tensors of fn-method; the order is that of the random stream."""
    bench = Bench(setup.seed, dtype)
    pooling_and_pairs(bench)
    mixing_and_decoupling(bench)
    consistency_cases(bench)
    classifier_cases(bench)
    labeled_mix_cases(bench)
    draws_and_ramp(bench, setup.seed)
    mitrans_width_cases(bench)
    return bench
