"""What is made of numbers in [0, 1): a case stores the numbers, and both sides make boxes, masks and noise of them."""
import math

import torch


class Numbers:
    """Numbers in [0, 1), one list for each purpose; what was taken is kept for the fixture."""

    def __init__(self, seed):
        self.seed, self.taken = seed, {}

    def stream(self, purpose):
        """A fresh iterator of float64 numbers."""
        generator = torch.Generator().manual_seed(self.seed + sum(map(ord, purpose)))
        taken = self.taken[purpose] = []

        def step():
            taken.append(torch.rand((), generator=generator, dtype=torch.float64).item())
            return taken[-1]
        return step

    def tensor(self, purpose, *shape):
        """As many numbers as a shape has elements, in C order."""
        step = self.stream(purpose)
        return torch.tensor([step() for _ in range(math.prod(shape))], dtype=torch.float64).view(shape)


def placed_box(step, area):
    """UniMatch's: shape and place until the box lies inside."""
    share = area[0] + (area[1] - area[0]) * step()
    while True:
        aspect = 0.3 + (1 / 0.3 - 0.3) * step()
        height, width = math.sqrt(share * aspect), math.sqrt(share / aspect)
        top, left = step(), step()
        if top + height <= 1 and left + width <= 1:
            return top, left, height, width


def spanning_box(step, area):
    """French et al.'s: the height's logarithm is uniform from that of the area to 0."""
    share = area[0] + (area[1] - area[0]) * step()
    height = min(1, max(share, math.exp(math.log(share) * (1 - step()))))
    width = share / height
    return step() * (1 - height), step() * (1 - width), height, width


def box_masks(step, count, area, probability, size, draw):
    """`[count, 1, size, size]`, 1 inside of the boxes that are kept."""
    boxes = [draw(step, area) for _ in range(count)]
    masks = torch.zeros(count, 1, size, size, dtype=torch.float64)
    for mask, (top, left, height, width) in zip(masks, boxes):
        if step() < probability:
            rows, columns = ([math.floor(edge * size + 0.5) for edge in (start, start + length)]
                             for start, length in ((top, height), (left, width)))
            mask[0, rows[0]:rows[1], columns[0]:columns[1]] = 1
    return masks
