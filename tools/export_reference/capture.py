"""Ways to look into code that is not ours while it runs."""
import contextlib
import sys

import numpy as np


def copy_of(tensor):
    """A detached copy."""
    return tensor.detach().clone()


class LocalVariables:
    """Reads the local variables of chosen functions when they return (`seen[name]`, one dict a call)."""

    def __init__(self, *functions):
        self.codes = {f.__code__: f.__name__ for f in functions}
        self.seen = {}

    def __enter__(self):
        sys.setprofile(self._event)
        return self

    def __exit__(self, *exc):
        sys.setprofile(None)

    def _event(self, frame, event, arg):
        if event == 'return' and frame.f_code in self.codes:
            self.seen.setdefault(self.codes[frame.f_code], []).append(dict(frame.f_locals))


@contextlib.contextmanager
def recorded_beta_draws():
    """Lists what `np.random.beta` returns; the caller clears the list."""
    real, draws = np.random.beta, []

    def beta(*args, **kwargs):
        draws.append(real(*args, **kwargs))
        return draws[-1]

    np.random.beta = beta
    try:
        yield draws
    finally:
        np.random.beta = real


@contextlib.contextmanager
def module_hooks(model):
    """Collects what passes MITrans and the mix decoder's bottleneck: by name, one entry a call."""
    seen, handles = {}, []

    def keep(name, tensor):
        seen.setdefault(name, []).append(tensor)

    def keep_attention(module, args, output):
        keep('mitrans_nl_in', args[0])
        keep('mitrans_nl_out', output)

    if model.mitrans is not None:
        handles += [
            model.mitrans.register_forward_pre_hook(lambda m, a: keep('mixed', a[0])),
            model.mitrans.nl_block.register_forward_hook(keep_attention),
            model.mitrans.register_forward_hook(lambda m, a, o: keep('mitrans_out', o))]
    handles.append(model.decode_head_mix.bottleneck.register_forward_hook(
        lambda m, a, o: keep('mix_bottleneck', o)))
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def retain_gradients(tensors):
    """Makes autograd keep the gradient of every intermediate tensor that has one."""
    for t in tensors.values():
        if t.requires_grad and not t.is_leaf and t.dim() > 0:
            t.retain_grad()


def gradients_of(tensors, skip=()):
    """(name to gradient, sorted names that need one but that no gradient reaches)."""
    wanted = {k: t for k, t in tensors.items() if t.requires_grad and t.dim() > 0}
    found = {k: copy_of(t.grad) for k, t in wanted.items() if t.grad is not None and k not in skip}
    return found, sorted(k for k, t in wanted.items() if t.grad is None)


def parameter_gradients(model):
    """(name to gradient, names of parameters without one)."""
    found, missing = {}, []
    for name, p in model.named_parameters():
        if p.grad is None:
            missing.append(name)
        else:
            found[name] = copy_of(p.grad)
    return found, missing
