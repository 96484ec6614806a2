"""Weights go from one layout to the other and back, and the shared draws are the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.adam import CHECKED, choose_adam, map_epsilon
from experiments.spec import CIFAR10_CNN, MNIST_CNN, Workload
from experiments.weights import draw_order, draw_weights, from_channels_first, to_channels_first


@pytest.mark.parametrize("workload", [MNIST_CNN, CIFAR10_CNN], ids=lambda one: one.name)
@given(classes=st.integers(2, 12), seed=st.integers(0, 2**31))
def test_layouts_are_inverse(workload: Workload, classes: int, seed: int) -> None:
    weights = draw_weights(workload, classes, seed)
    assert sum(array.size for array in weights) == workload.count_parameters(classes)
    there = to_channels_first(weights, workload, classes)
    back = from_channels_first(there, workload, classes)
    assert all(np.array_equal(a, b) for a, b in zip(weights, back, strict=True))


def test_flatten_order_is_permuted() -> None:
    """The weight of height 1, width 2, channel 3 stands where channels come first."""
    weights = draw_weights(MNIST_CNN, 10, 0)
    first = to_channels_first(weights, MNIST_CNN, 10)
    height, width, channels = 4, 4, 64
    assert first[4].shape == (64, height * width * channels)
    here = (1 * width + 2) * channels + 3
    there = (3 * height + 1) * width + 2
    assert first[4][7, there] == weights[4][here, 7]


def test_kernels_keep_to_glorots_limit() -> None:
    kernel = draw_weights(MNIST_CNN, 10, 0)[0]
    limit = np.sqrt(6 / (25 * (1 + 32)))
    assert 0.95 * limit < np.abs(kernel).max() <= limit


@given(st.integers(1, 500), st.integers(0, 100), st.integers(0, 100))
def test_order_is_a_permutation_and_the_same_each_time(images: int, seed: int, epoch: int) -> None:
    order = draw_order(images, seed, epoch)
    assert sorted(order.tolist()) == list(range(images))
    assert np.array_equal(order, draw_order(images, seed, epoch))


def test_checked_parameters_are_exact_in_float32() -> None:
    for value in (CHECKED.learning_rate, CHECKED.beta_1, CHECKED.beta_2, CHECKED.epsilon):
        assert float(np.float32(value)) == value


def test_epsilon_is_mapped_as_the_two_forms_ask() -> None:
    """sqrt(v) + eps, corrected afterwards, against sqrt(v-hat) + eps': the same step."""
    adam = choose_adam(0.001, "float32")
    for step in (1, 2, 10, 1000):
        v, m = 3e-7, 2e-4
        corrected = 1 - adam.beta_2**step
        keras = m * np.sqrt(corrected) / (np.sqrt(v) + adam.epsilon)
        torch = m / (np.sqrt(v / corrected) + map_epsilon(adam, step))
        assert torch == pytest.approx(keras, rel=1e-12)
