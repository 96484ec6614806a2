"""Turns a small image into what a layer computes of it: convolution, ReLU, pooling, softmax."""

import base64
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from dlsurvey.analysis.measured import Pictures
from dlsurvey.language import mark

Grid: TypeAlias = npt.NDArray[np.float64]

COARSE = 6
"""Rows and columns of the image that is worked out in numbers."""
DARKEST = 9
"""The whole number that stands for full ink."""
FILTERS: tuple[tuple[str, tuple[tuple[int, int, int], ...]], ...] = (
    (mark("left edges"), ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))),
    (mark("upper edges"), ((-1, -1, -1), (0, 0, 0), (1, 1, 1))),
    (mark("slopes"), ((0, 1, 2), (-1, 0, 1), (-2, -1, 0))),
)
SCORES = (3.0, 1.5, 0.5, -1.0)
"""What a last layer may give out for four classes."""
SEVEN = np.array(
    [
        [0, 0, 0, 0, 0, 0], [0, 8, 9, 9, 9, 0], [0, 0, 0, 2, 9, 0],
        [0, 0, 0, 8, 3, 0], [0, 0, 5, 7, 0, 0], [0, 0, 8, 2, 0, 0],
    ],
    dtype=np.float64,
)  # fmt: skip
"""A seven, for an edition that keeps no image."""


def read_grey(pictures: Pictures, place: int = 0) -> Grid:
    """One kept example with values from 0 to 1, its channels averaged."""
    raw = base64.b64decode(pictures.examples[place].pixels)
    shape = (pictures.height, pictures.width, pictures.channels)
    return np.asarray(np.frombuffer(raw, np.uint8).reshape(shape).mean(axis=2) / 255)


def coarsen(image: Grid) -> Grid:
    """The middle of the image as few whole numbers: means of squares, the darkest ink 9."""
    side = min(image.shape) // COARSE * COARSE
    top, left = ((length - side) // 2 for length in image.shape)
    middle = image[top : top + side, left : left + side]
    step = side // COARSE
    means = middle.reshape(COARSE, step, COARSE, step).mean(axis=(1, 3))
    most = float(means.max())
    return np.asarray(np.round(means * (DARKEST / most)) if most else means)


def convolve(image: Grid, weights: Grid) -> Grid:
    """As in every framework here: the filter is not turned, nothing is added at the border."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return np.asarray(np.einsum("ijkl,kl->ij", windows, weights))


def rectify(values: Grid) -> Grid:
    """ReLU: what is positive stays, all else is zero."""
    return np.maximum(values, 0.0)


def pool(values: Grid, size: int = 2) -> Grid:
    """The largest value of each square; what is left over at the border falls away."""
    rows, columns = (length // size * size for length in values.shape)
    blocks = values[:rows, :columns].reshape(rows // size, size, columns // size, size)
    return np.asarray(blocks.max(axis=(1, 3)))


def share(scores: Grid) -> Grid:
    """Softmax: scores as shares of one."""
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())
