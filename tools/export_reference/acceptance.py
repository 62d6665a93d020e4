"""Which attempts at a training case are worth keeping."""
import torch
from edge_decisions import is_edge

ROUNDING = 1e-3  # of a tensor's largest value: float32 against float64
ANALYTIC_ZERO = 1e-6  # a tensor below this is rounding alone


def is_usable(got, exact):
    """Whether all is finite, and all that does not round is the same in float32 and float64."""
    for name, t in got.items():
        if is_edge(name):
            continue
        if t.dtype.is_floating_point and not torch.isfinite(t).all():
            return False
        if (not t.dtype.is_floating_point or t.dtype == torch.float64) and not torch.equal(t, exact[name]):
            return False
    return True


def is_steady(got, exact):
    """Usable, and no unit so near its threshold that rounding decides about it."""
    if not is_usable(got, exact):
        return False
    for name, t in got.items():
        if t.dtype == torch.float32 and not is_edge(name) and exact[name].abs().max() > ANALYTIC_ZERO:
            if (t - exact[name]).abs().max() > ROUNDING * exact[name].abs().max():
                return False
    return True
