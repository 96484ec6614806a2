"""The handwritten digits that scikit-learn carries: as they are, or enlarged to the size of other images."""

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from experiments.datasets import Bytes, Examples
from experiments.layers import Shape

TEST_IMAGES = 360
"""The last 360 of the 1,797: they follow the others in the order of collection."""
_MARGIN = 4


def read_values() -> Examples:
    """1,797 real digits as rows of 64 values in 0..16."""
    digits = load_digits()
    return _split(digits.data.astype(np.uint8), digits.target)._replace(divisor=16)


def read_pixels(shape: Shape = (28, 28, 1)) -> Examples:
    """1,797 real digits of 8x8 pixels, enlarged into a field of this height, width and channels.

    A margin of four pixels is left, as MNIST's digits have; every channel holds the same.
    """
    digits = load_digits()
    return _split(np.stack([_enlarge(image, shape) for image in digits.images]), digits.target)


def _split(inputs: Bytes, target: np.ndarray) -> Examples:
    labels = target.astype(np.uint8)
    split = len(inputs) - TEST_IMAGES
    return Examples(inputs[:split], labels[:split], inputs[split:], labels[split:])


def _enlarge(image: np.ndarray, shape: Shape) -> Bytes:
    """One digit of values 0..16, shape (8, 8), as bytes."""
    height, width, channels = shape
    small = Image.fromarray(np.round(image * (255 / 16)).astype(np.uint8))
    size = (width - 2 * _MARGIN, height - 2 * _MARGIN)
    large = np.pad(np.asarray(small.resize(size, Image.Resampling.BILINEAR), np.uint8), _MARGIN)
    return np.repeat(large[..., None], channels, axis=2)
