"""Turns a seed into one set of weights that every framework can start from, and back into one layout.

The canonical layout is a tuple of arrays, kernel and bias of each layer in turn:
convolutions (height, width, in, out), dense layers (in, out), where the inputs
of the first dense layer run over height, width, channels, in this order.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from experiments.spec import Conv, Dense, Shape, Workload

Array: TypeAlias = npt.NDArray[np.float64]
Weights: TypeAlias = tuple[Array, ...]


def draw_weights(workload: Workload, classes: int, seed: int) -> Weights:
    """Glorot's uniform distribution for the kernels, zeros for the biases, as float64.

    Limit sqrt(6 / (fan in + fan out)): Glorot and Bengio, AISTATS 2010.
    """
    generator = np.random.default_rng(seed)
    weights: list[Array] = []
    for kernel_shape in _kernel_shapes(workload, classes):
        window = int(np.prod(kernel_shape[:-2]))
        limit = np.sqrt(6 / (window * (kernel_shape[-2] + kernel_shape[-1])))
        weights.append(generator.uniform(-limit, limit, kernel_shape))
        weights.append(np.zeros(kernel_shape[-1]))
    return tuple(weights)


def draw_order(images: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """The order in which every framework sees the images in this epoch."""
    return np.random.default_rng((seed, epoch)).permutation(images)


def to_channels_first(weights: Sequence[Array], workload: Workload, classes: int) -> Weights:
    """Canonical weights as a framework wants them whose images have their channels first.

    Convolutions become (out, in, height, width), dense layers (out, in); the
    first dense layer's inputs run over channels, height, width.
    """
    converted: list[Array] = []
    for kernel, bias, flattened in _pair(weights, workload, classes):
        if kernel.ndim == 4:
            kernel_first = kernel.transpose(3, 2, 0, 1)
        elif flattened is not None:
            units = kernel.shape[1]
            kernel_first = (
                kernel.reshape(*flattened, units).transpose(3, 2, 0, 1).reshape(units, -1)
            )
        else:
            kernel_first = kernel.T
        converted += [np.ascontiguousarray(kernel_first), bias]
    return tuple(converted)


def from_channels_first(weights: Sequence[Array], workload: Workload, classes: int) -> Weights:
    """The inverse of `to_channels_first`."""
    converted: list[Array] = []
    for kernel, bias, flattened in _pair(weights, workload, classes):
        if kernel.ndim == 4:
            kernel_last = kernel.transpose(2, 3, 1, 0)
        elif flattened is not None:
            height, width, channels = flattened
            units = kernel.shape[0]
            kernel_last = (
                kernel.reshape(units, channels, height, width)
                .transpose(2, 3, 1, 0)
                .reshape(-1, units)
            )
        else:
            kernel_last = kernel.T
        converted += [np.ascontiguousarray(kernel_last), bias]
    return tuple(converted)


def _kernel_shapes(workload: Workload, classes: int) -> Iterator[tuple[int, ...]]:
    shapes = workload.shapes(classes)
    for layer, before in zip(workload.layers(classes), shapes, strict=False):
        if isinstance(layer, Conv):
            yield (layer.kernel, layer.kernel, before[-1], layer.filters)
        elif isinstance(layer, Dense):
            yield (before[-1], layer.units)


def _pair(
    weights: Sequence[Array], workload: Workload, classes: int
) -> Iterator[tuple[Array, Array, Shape | None]]:
    """Kernel and bias of each layer; with the image's shape where a dense layer follows Flatten."""
    flattened: Shape | None = None
    arrays = iter(weights)
    shapes = workload.shapes(classes)
    for layer, before in zip(workload.layers(classes), shapes, strict=False):
        if len(before) == 3:
            flattened = before
        if isinstance(layer, Conv):
            yield next(arrays), next(arrays), None
        elif isinstance(layer, Dense):
            yield next(arrays), next(arrays), flattened
            flattened = None
