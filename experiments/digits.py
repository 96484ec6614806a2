"""Turns the handwritten digits that scikit-learn carries into images of MNIST's size."""

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from experiments.datasets import Bytes, Pixels

TEST_IMAGES = 360
"""The last 360 of the 1,797: they follow the others in the order of collection."""
_MARGIN = 4
_SIDE = 20


def read_pixels() -> Pixels:
    """1,797 real digits of 8x8 pixels, enlarged to 20x20 in a field of 28x28 as MNIST's digits are."""
    digits = load_digits()
    images = np.stack([_enlarge(image) for image in digits.images])
    labels = digits.target.astype(np.uint8)
    split = len(images) - TEST_IMAGES
    return Pixels(images[:split], labels[:split], images[split:], labels[split:])


def _enlarge(image: np.ndarray) -> Bytes:
    """One digit of values 0..16, shape (8, 8), as bytes of shape (28, 28, 1)."""
    small = Image.fromarray(np.round(image * (255 / 16)).astype(np.uint8))
    large = np.asarray(small.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR), np.uint8)
    return np.pad(large, _MARGIN)[..., None]
