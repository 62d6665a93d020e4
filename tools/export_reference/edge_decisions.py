"""What rectifiers and max pools decide by rounding: where a gradient passes there is the reference's to say.

A rectifier's output hardly moves when its input goes from -1e-9 to 1e-9, nor a max pool's when the second
largest becomes the largest, but the gradient goes another way, and with it whole parameters differ. Which of the
two happens hangs on the processor, so such inputs are written beside the step's tensors.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

EDGE = 3e-5  # of the largest input of the same call


def is_edge(name):
    """Whether a tensor of a file is such a list: it is as it is, and has no counterpart in float64."""
    return '/edges/' in name


def near_zero(module, x):
    """Rectifier inputs within the edge: (row-major places [n, 1], the inputs there [n])."""
    flat = x.reshape(-1)
    where = (flat.abs() <= EDGE * flat.abs().max()).nonzero()
    return where, flat[where[:, 0]].clone()


def nearly_equal(pool, x):
    """Windows whose two largest inputs are within the edge: (row-major places of window and largest input [n, 2],).

    Windows of zeros are left out: there are many behind a rectifier, and it lets no gradient through.
    """
    n, c, h, w = x.shape
    options = dict(kernel_size=pool.kernel_size, stride=pool.stride)
    largest, index = F.max_pool2d(x, padding=pool.padding, return_indices=True, **options)
    padded = F.pad(x.reshape(n * c, 1, h, w), [pool.padding] * 4, value=-torch.inf)
    first, second = F.unfold(padded, **options).topk(2, 1).values.unbind(1)
    where = ((first - second <= EDGE * x.abs().max()) & (first != 0)).reshape(-1).nonzero()[:, 0]
    plane = where // (largest.shape[2] * largest.shape[3])
    return torch.stack([where, plane * h * w + index.reshape(-1)[where]], 1),


class EdgeDecisions:
    """Watches the inputs of a model's rectifiers and max pools; `take` hands out what one step had.

    They are known by module path and call. A call on the very input of an earlier one (the official image pool's
    second round) decides the same and is not counted.
    """

    KINDS = dict(rectifiers=(nn.ReLU, near_zero), max_pools=(nn.MaxPool2d, nearly_equal))

    def __init__(self, model):
        self.modules = {kind: {name: m for name, m in model.named_modules() if isinstance(m, type_)}
                        for kind, (type_, _) in self.KINDS.items()}
        self._forget()

    def names(self):
        """What the first column of each list counts: module paths, by kind."""
        return {kind: sorted(modules) for kind, modules in self.modules.items()}

    def __enter__(self):
        # before the module runs: it may work in place
        self._handles = [m.register_forward_pre_hook(lambda m, args, at=(kind, name): self._see(m, args[0], *at))
                         for kind, modules in self.modules.items() for name, m in modules.items()]
        return self

    def __exit__(self, *exc):
        for handle in self._handles:
            handle.remove()

    def _forget(self):
        self._inputs, self._found = {}, {kind: [] for kind in self.KINDS}

    def _see(self, module, x, kind, name):
        x, earlier = x.detach(), self._inputs.setdefault(name, [])
        if any(torch.equal(x, other) for other in earlier):
            return
        places, *values = self.KINDS[kind][1](module, x)
        at = places.new_tensor([[self.names()[kind].index(name), len(earlier)]]).expand(len(places), 2)
        self._found[kind].append((torch.cat([at, places], 1), *values))
        earlier.append(x.clone())

    def take(self, step):
        """The lists of a step, under `step<N>/edges/`; forgets them."""
        rows, inputs = (torch.cat(column) for column in zip(*self._found['rectifiers']))
        pools = torch.cat([rows for rows, in self._found['max_pools']])
        self._forget()
        return {f'step{step}/edges/{k}': v
                for k, v in dict(rectifiers=rows, rectifier_inputs=inputs, max_pools=pools).items()}
