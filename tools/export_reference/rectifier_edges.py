"""Rectifier inputs that stand at 0 up to rounding: whether a gradient passes there is the reference's to say.

A rectifier's output hardly moves when its input goes from -1e-9 to 1e-9, but its gradient is let through or
not, and with it whole parameters differ. Which of the two happens hangs on the processor, so such inputs are
written beside the step's tensors.
"""
import torch
import torch.nn as nn

EDGE = 3e-5  # of the largest input of the same call


def is_edge(name):
    """Whether a tensor of a file is such a list: it is as it is, and has no counterpart in float64."""
    return '/edges/' in name


def near_zero(x):
    """(indices, row-major, of the inputs within the edge; the inputs there)."""
    flat = x.detach().reshape(-1)
    where = (flat.abs() <= EDGE * flat.abs().max()).nonzero()[:, 0]
    return where, flat[where].clone()


class RectifierEdges:
    """Watches the inputs of a model's rectifiers; `take` hands out what one step had.

    Rectifiers are known by module path and call. A call on the very input of an earlier one (the official image
    pool's second round) decides the same and is not counted.
    """

    def __init__(self, model):
        self.modules = {name: m for name, m in model.named_modules() if isinstance(m, nn.ReLU)}
        self.names = sorted(self.modules)
        self._forget()

    def __enter__(self):
        # before the module runs: it may work in place
        self._handles = [m.register_forward_pre_hook(lambda _, args, name=name: self._see(name, args[0]))
                         for name, m in self.modules.items()]
        return self

    def __exit__(self, *exc):
        for handle in self._handles:
            handle.remove()

    def _forget(self):
        self._inputs, self._found = {name: [] for name in self.names}, []

    def _see(self, name, x):
        earlier = self._inputs[name]
        if not any(torch.equal(x, other) for other in earlier):
            self._found.append((self.names.index(name), len(earlier), *near_zero(x)))
            earlier.append(x.detach().clone())

    def take(self, step):
        """The lists of a step, under `step<N>/edges/`; forgets them."""
        rows = [torch.stack([torch.full_like(where, rectifier), torch.full_like(where, call), where], 1)
                for rectifier, call, where, _ in self._found]
        inputs = [values for *_, values in self._found]
        self._forget()
        return {f'step{step}/edges/places': torch.cat(rows), f'step{step}/edges/inputs': torch.cat(inputs)}
