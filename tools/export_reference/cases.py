"""What is exported: the official cases, and the sizes that the command line can change."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Setup:
    """Numbers that every case shares; the defaults are those of the stored reference folder."""

    seed: int = 1234
    size: int = 65  # height and width of the training crop
    classes: int = 5
    iterations: int = 20  # length of the poly schedule, of which three steps are run


SMALL = dict(depth=18, base=4, stem=8, channels=6, dilations=(1, 2, 3, 4))
DEEP = dict(depth=50, base=2, stem=8, channels=6, dilations=(1, 12, 24, 36))

OFFICIAL_CASES = [
    dict(SMALL, name='focal-plain', batch=2, mitrans=False, lambda_factor=0.5, loss='focal'),
    dict(DEEP, name='focal-mitrans', batch=2, mitrans=True, lambda_factor=0.5, loss='focal'),
    dict(SMALL, name='focal-mitrans-b3', batch=3, mitrans=True, lambda_factor=0.3, loss='focal'),
    dict(DEEP, name='own-mse-plain-b3', batch=3, mitrans=False, lambda_factor=0.5, loss='mse'),
    dict(SMALL, name='own-mse-mitrans-b3', batch=3, mitrans=True, lambda_factor=0.5, loss='mse'),
]

OPTIMIZER = dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005)
SCHEDULE = dict(policy='poly', power=0.9, min_lr=1e-4, by_epoch=False)


def with_batch(case, batch):
    """The case with another batch size; `batch` None leaves it as it is."""
    return case if batch is None else dict(case, batch=batch)
