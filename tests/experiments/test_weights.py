"""Weights go from one layout to the other and back, and the shared draws are the same everywhere."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.adam import EPSILON, map_epsilon, round_number
from experiments.layers import place_layers, shape_weights
from experiments.weights import draw_order, draw_weights, put_channels_first, put_channels_last
from experiments.workloads import Workload, find_workload, list_workloads
from tests.experiments.samples import MNIST_CNN

every_workload = pytest.mark.parametrize("workload", list_workloads(), ids=lambda one: one.name)


@every_workload
def test_every_declared_weight_is_drawn_in_its_shape(workload: Workload) -> None:
    weights = draw_weights(workload, 0)
    assert {name: array.shape for name, array in weights.items()} == {
        f"{placed.name}.{role}": shape
        for placed in place_layers(workload.layers, workload.input_shape)
        for role, shape in shape_weights(placed).items()
    }
    trained = [name for name in weights if not name.endswith((".mean", ".variance"))]
    assert sum(weights[name].size for name in trained) == workload.parameters


@every_workload
def test_layouts_are_inverse(workload: Workload) -> None:
    weights = draw_weights(workload, 3)
    kernels = 0
    for placed in place_layers(workload.layers, workload.input_shape):
        if "kernel" in shape_weights(placed):
            kernels += 1
            kernel = weights[f"{placed.name}.kernel"]
            there = put_channels_first(kernel, placed)
            assert there.shape[0] == kernel.shape[-1]
            assert np.array_equal(put_channels_last(there, placed), kernel)
    assert kernels


def test_flatten_order_is_permuted() -> None:
    """The weight of height 1, width 2, channel 3 stands where channels come first."""
    (dense,) = (one for one in place_layers(MNIST_CNN.layers, (28, 28, 1)) if one.flattened)
    kernel = draw_weights(MNIST_CNN, 0)[f"{dense.name}.kernel"]
    there = put_channels_first(kernel, dense)
    height, width, channels = 4, 4, 64
    assert there.shape == (64, height * width * channels)
    place = (3 * height + 1) * width + 2
    assert there[7, place] == kernel[(1 * width + 2) * channels + 3, 7]


@pytest.mark.parametrize(
    ("workload", "name", "fans"),
    [
        ("mnist-cnn", "conv1.kernel", 25 * (1 + 32)),
        ("mnist-cnn", "dense1.kernel", 1024 + 64),
    ],
)
def test_kernels_keep_to_glorots_limit(workload: str, name: str, fans: int) -> None:
    kernel = draw_weights(find_workload(workload), 0)[name]
    limit = math.sqrt(6 / fans)
    assert 0.95 * limit < np.abs(kernel).max() <= limit


def test_kernels_of_attention_keep_to_the_limit_of_all_heads() -> None:
    workload = find_workload("text-transformer")
    drawn = {
        name: array
        for name, array in draw_weights(workload, 0).items()
        if name.startswith("attention1.") and name.endswith("kernel")
    }
    assert len(drawn) == 4
    units = drawn["attention1.query kernel"].shape[0]
    for name, kernel in drawn.items():
        assert np.abs(kernel).max() == pytest.approx(math.sqrt(6 / (2 * units)), rel=0.05), name


def test_normalisation_starts_as_the_identity() -> None:
    weights = draw_weights(find_workload("cifar10-resnet"), 0)
    for role, value in {"scale": 1, "bias": 0, "mean": 0, "variance": 1}.items():
        assert set(weights[f"batch_norm1.{role}"]) == {value}


def test_another_seed_draws_other_weights() -> None:
    first, again, other = (draw_weights(MNIST_CNN, seed)["conv1.kernel"] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@given(st.integers(1, 500), st.integers(0, 100), st.integers(0, 100))
def test_order_is_a_permutation_and_the_same_each_time(images: int, seed: int, epoch: int) -> None:
    order = draw_order(images, seed, epoch)
    assert sorted(order.tolist()) == list(range(images))
    assert np.array_equal(order, draw_order(images, seed, epoch))


@given(st.floats(1e-10, 1.0))
def test_checked_numbers_are_exact_in_float32(number: float) -> None:
    rounded = round_number(number, "float64")
    assert float(np.float32(rounded)) == rounded
    assert rounded == pytest.approx(number, rel=1e-7)
    assert round_number(number, "float32") == number


def test_epsilon_is_mapped_as_the_two_forms_ask() -> None:
    """sqrt(v) + eps, corrected afterwards, against sqrt(v-hat) + eps': the same step."""
    beta_2 = 0.999
    for step in (1, 2, 10, 1000):
        v, m = 3e-7, 2e-4
        corrected = 1 - beta_2**step
        keras = m * np.sqrt(corrected) / (np.sqrt(v) + EPSILON)
        torch = m / (np.sqrt(v / corrected) + map_epsilon(EPSILON, beta_2, step))
        assert torch == pytest.approx(keras, rel=1e-12)
