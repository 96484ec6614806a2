"""One set of start weights for all frameworks, drawn from a seed, and the shared order of examples.

Weights are named 'layer.role' (`conv1.kernel`), in the canonical layout of `layers.shape_weights`.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from experiments.layers import Placed, Shape, place_layers, shape_weights
from experiments.workloads import Workload

Array: TypeAlias = npt.NDArray[np.float64]
Weights: TypeAlias = Mapping[str, Array]


def draw_weights(workload: Workload, seed: int) -> Weights:
    """Glorot's uniform distribution for kernels, Keras' for embeddings, zeros and ones for the rest.

    Limit sqrt(6 / (fan in + fan out)): Glorot and Bengio, AISTATS 2010.
    """
    generator = np.random.default_rng(seed)
    return {
        f"{placed.name}.{role}": _draw(generator, role, shape)
        for placed in place_layers(workload.layers, workload.input_shape)
        for role, shape in shape_weights(placed).items()
    }


def draw_order(examples: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """The order in which every framework sees the examples in this epoch."""
    return np.random.default_rng((seed, epoch)).permutation(examples)


def put_channels_first(kernel: Array, placed: Placed) -> Array:
    """A canonical kernel as PyTorch keeps it: the outputs first, a flattened image channel by channel."""
    if kernel.ndim == 4:
        return np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))
    if placed.flattened is not None:
        units = kernel.shape[1]
        image = kernel.reshape(*placed.flattened, units)
        return np.ascontiguousarray(image.transpose(3, 2, 0, 1).reshape(units, -1))
    return np.ascontiguousarray(kernel.T)


def put_channels_last(kernel: Array, placed: Placed) -> Array:
    """The inverse of `put_channels_first`."""
    if kernel.ndim == 4:
        return np.ascontiguousarray(kernel.transpose(2, 3, 1, 0))
    if placed.flattened is not None:
        height, width, channels = placed.flattened
        image = kernel.reshape(-1, channels, height, width)
        return np.ascontiguousarray(image.transpose(2, 3, 1, 0).reshape(-1, kernel.shape[0]))
    return np.ascontiguousarray(kernel.T)


def _draw(generator: np.random.Generator, role: str, shape: Shape) -> Array:
    if role == "table":
        return generator.uniform(-0.05, 0.05, shape)
    if not role.endswith("kernel"):
        return (np.ones if role in {"scale", "variance"} else np.zeros)(shape)
    if role == "output kernel":
        fan_in, fan_out, window = shape[0] * shape[1], shape[2], 1
    elif role == "kernel":
        fan_in, fan_out, window = shape[-2], shape[-1], int(np.prod(shape[:-2]))
    else:
        fan_in, fan_out, window = shape[0], shape[1] * shape[2], 1
    limit = np.sqrt(6 / (window * (fan_in + fan_out)))
    return generator.uniform(-limit, limit, shape)
