"""Turns stored images into those that a framework takes: the same numbers, in its layout."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Images: TypeAlias = npt.NDArray[np.float32]
Logits: TypeAlias = npt.NDArray[np.float32]

CALIBRATION = 100
"""Training images from which a converter to 8 bits reads the range of the activations."""


def keep_layout(images: Images) -> Images:
    """Shape (n, height, width, channels), as they are."""
    return images


def put_channels_first(images: Images) -> Images:
    """Shape (n, channels, height, width).

    Copied from a flat array: NumPy keeps odd strides of an axis of length 1, in which ExecuTorch
    reads another order of the axes.
    """
    first = images.transpose(0, 3, 1, 2)
    return first.flatten().reshape(first.shape)
