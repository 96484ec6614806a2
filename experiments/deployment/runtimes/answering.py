"""Turns images into logits: what every runtime's `load` gives back, in one shape."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from experiments.deployment.record import BATCH

Images: TypeAlias = npt.NDArray[np.float32]
Logits: TypeAlias = npt.NDArray[np.float32]
Answer: TypeAlias = Callable[[Images], Logits]


def choose_size(images: int) -> int:
    """Where each batch size has a file of its own: the size of the file that takes these."""
    return 1 if images == 1 else BATCH


def fill(images: Images, size: int) -> Images:
    """The images, and zeros behind them up to `size`."""
    missing = size - len(images)
    if not missing:
        return images
    return np.concatenate([images, np.zeros((missing, *images.shape[1:]), images.dtype)])
