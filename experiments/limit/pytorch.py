"""Turns two matrices into their product, with PyTorch."""

from collections.abc import Callable

import numpy as np
import torch

from dlsurvey.records import Device


def make_product(size: int, threads: int, device: Device) -> Callable[[], object]:
    """A function that multiplies and returns once it is done."""
    torch.set_num_threads(threads)
    draw = np.random.default_rng(0)
    a, b = (torch.from_numpy(draw.random((size, size), np.float32)).to(device) for _ in range(2))

    def multiply() -> object:
        return (a @ b)[0, 0].item()

    return multiply
