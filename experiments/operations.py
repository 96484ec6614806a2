"""Turns a workload's layers into the floating-point operations that training on one image takes.

Counted are the multiplications of convolutions and dense layers, each with its addition: two
operations. Backward, such a layer multiplies as often once more for the gradient of its weights,
and once more for that of its input, which the first layer does not need. So training takes nearly
three times the forward pass, as Kaplan et al. count (2020, 'Scaling Laws for Neural Language
Models', arXiv:2001.08361, section 2.1: a backward pass takes about twice a forward pass).
Biases, ReLU, pooling, the loss and the optimiser are left out: of these networks less than a
hundredth.
"""

from experiments.spec import Conv, Dense, Workload


def count_multiplications(workload: Workload, classes: int) -> tuple[int, ...]:
    """Forward, of one image, layer by layer; layers without weights have none.

    A convolution: outputs · kernel² · input channels. A dense layer: outputs · inputs.
    """
    shapes = workload.shapes(classes)
    counts = []
    for layer, before, after in zip(workload.layers(classes), shapes[:-1], shapes[1:], strict=True):
        match layer:
            case Conv(kernel=kernel):
                counts.append(after[0] * after[1] * after[2] * kernel * kernel * before[-1])
            case Dense(units=units):
                counts.append(units * before[-1])
            case _:
                counts.append(0)
    return tuple(counts)


def count_forward(workload: Workload, classes: int) -> int:
    """Operations of the forward pass of one image."""
    return 2 * sum(count_multiplications(workload, classes))


def count_backward(workload: Workload, classes: int) -> int:
    """Operations of the backward pass of one image: the gradients of weights and of inputs."""
    counts = [count for count in count_multiplications(workload, classes) if count]
    return 2 * (sum(counts) + sum(counts[1:]))


def count_training(workload: Workload, classes: int) -> int:
    """Operations of one image in one epoch."""
    return count_forward(workload, classes) + count_backward(workload, classes)
