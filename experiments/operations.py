"""Floating-point operations that training on one example takes, counted from the declared layers.

Counted are the multiplications of convolutions, dense layers and attention, each with its addition:
two operations. Backward, such a layer multiplies as often once more for the gradient of its weights
and once more for that of its input, which the first layer does not need. So training takes nearly
three times the forward pass, as Kaplan et al. count (2020, 'Scaling Laws for Neural Language
Models', arXiv:2001.08361, section 2.1: a backward pass takes about twice a forward pass).
Biases, activations, normalisation, pooling, embeddings, the loss and the optimiser are left out.
"""

import math

from experiments.layers import Attention, Conv, Dense, Placed, place_layers
from experiments.workloads import Workload


def count_multiplications(workload: Workload) -> tuple[int, ...]:
    """Forward, of one example, layer by layer; layers that multiply nothing have none."""
    return tuple(map(_count, place_layers(workload.layers, workload.input_shape)))


def count_forward(workload: Workload) -> int:
    """Operations of the forward pass of one example."""
    return 2 * sum(count_multiplications(workload))


def count_backward(workload: Workload) -> int:
    """Operations of the backward pass of one example: the gradients of weights and of inputs."""
    counts = [count for count in count_multiplications(workload) if count]
    return 2 * (sum(counts) + sum(counts[1:]))


def count_training(workload: Workload) -> int:
    """Operations of one example in one epoch."""
    return count_forward(workload) + count_backward(workload)


def _count(placed: Placed) -> int:
    """A convolution: outputs · kernel² · inputs of one place; a dense layer: outputs · inputs.

    Attention over n places of d values: 4 n d² for its four dense layers, 2 n² d for its products.
    """
    layer, before, after = placed.layer, placed.input_shape, placed.output_shape
    match layer:
        case Conv():
            return math.prod(after) * layer.kernel**2 * before[-1]
        case Dense():
            return math.prod(after) * before[-1]
        case Attention():
            places, units = before[-2], before[-1]
            return 4 * places * units**2 + 2 * places**2 * units
        case _:
            return 0
