"""Declared layers have the shapes and weights of the networks they stand for; what does not fit is said."""

import math
from itertools import pairwise

import pytest

from experiments.layers import (
    Activation,
    AnyLayer,
    Attention,
    BatchNorm,
    Conv,
    Dense,
    Embedding,
    Flatten,
    Residual,
    count_parameters,
    place_layers,
    shape_weights,
)
from tests.experiments.samples import CIFAR10_CNN, MNIST_CNN


def test_shapes_follow_the_layers() -> None:
    placed = place_layers(MNIST_CNN.layers, MNIST_CNN.input_shape)
    assert [one.output_shape for one in placed] == [
        (24, 24, 32), (12, 12, 32), (8, 8, 64), (4, 4, 64), (1024,), (64,), (10,),
    ]  # fmt: skip
    for before, after in pairwise(placed):
        assert after.input_shape == before.output_shape
    assert placed[0].input_shape == (28, 28, 1)
    (last,) = place_layers(CIFAR10_CNN.layers, CIFAR10_CNN.input_shape)[-1:]
    assert (last.input_shape, last.output_shape) == ((64,), (10,))


def test_layers_are_named_by_kind_and_number_or_by_themselves() -> None:
    layers = (
        Dense(units=4),
        Activation(function="relu"),
        Dense(units=4, name="end"),
        Dense(units=4),
    )
    assert [one.name for one in place_layers(layers, (2,))] == [
        "dense1", "activation1", "end", "dense3",
    ]  # fmt: skip


def test_only_the_dense_layer_behind_a_flattened_image_knows_its_shape() -> None:
    found = {one.name: one.flattened for one in place_layers(MNIST_CNN.layers, (28, 28, 1))}
    assert {name for name, shape in found.items() if shape} == {"dense1"}
    assert found["dense1"] == (4, 4, 64)
    (_, behind) = place_layers((Flatten(), Dense(units=2)), (3,))
    assert behind.flattened is None


@pytest.mark.parametrize(
    ("stride", "padding", "size"),
    [(1, "valid", 30), (1, "same", 32), (2, "valid", 15), (2, "same", 16)],
)
def test_convolutions_slide_as_told(stride: int, padding: str, size: int) -> None:
    conv = Conv(filters=7, kernel=3, stride=stride, padding=padding)
    (placed,) = place_layers((conv,), (32, 32, 3))
    assert placed.output_shape == (size, size, 7)


@pytest.mark.parametrize(
    ("layer", "shape", "parameters"),
    [
        (Conv(filters=8, kernel=3), (9, 9, 4), 8 * (9 * 4 + 1)),
        (Conv(filters=8, kernel=3, bias=False), (9, 9, 4), 8 * 9 * 4),
        (Dense(units=5), (7,), 5 * (7 + 1)),
        (BatchNorm(), (9, 9, 4), 2 * 4),  # the running mean and variance are no parameters
        (Embedding(entries=11, units=6), (3,), 11 * 6),
        (Attention(heads=2), (3, 6), 4 * 6 * (6 + 1)),
        (Flatten(), (9, 9, 4), 0),
    ],
)
def test_parameters_are_counted(layer: AnyLayer, shape: tuple[int, ...], parameters: int) -> None:
    assert count_parameters((layer,), shape) == parameters


def test_both_branches_of_a_residual_block_are_placed_and_counted() -> None:
    block = Residual(
        layers=(Dense(units=4), Dense(units=4)), shortcut=(Dense(units=4, bias=False),)
    )
    placed = place_layers((block, Dense(units=2)), (3,))
    assert [one.input_shape for one in placed] == [(3,), (4,), (3,), (4,)]
    assert count_parameters((block, Dense(units=2)), (3,)) == 16 + 20 + 12 + 10


def test_batch_norm_has_running_numbers_beside_its_parameters() -> None:
    (placed,) = place_layers((BatchNorm(),), (9, 9, 4))
    weights = shape_weights(placed)
    assert list(weights) == ["scale", "bias", "mean", "variance"]
    assert sum(map(math.prod, weights.values())) == 16


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ((Conv(filters=1, kernel=5),), (4, 4, 1), "a kernel of 5 does not fit an image of 4"),
        (
            (Residual(layers=(Dense(units=4),)),),
            (3,),
            r"adds shapes that differ: \(4,\) and \(3,\)",
        ),
    ],
)
def test_layers_that_do_not_fit_are_named(
    layers: tuple[AnyLayer, ...], shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        place_layers(layers, shape)


def test_heads_share_the_units() -> None:
    with pytest.raises(ValueError, match="7 units cannot be shared among 2 heads"):
        count_parameters((Attention(heads=2),), (3, 7))
