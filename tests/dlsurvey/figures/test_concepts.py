"""Turns small images into drawn arithmetic and checks every number of it."""

import re

import numpy as np
import pytest
from msgspec.structs import replace

from dlsurvey.figures.architecture import FADED, STACKS, draw_graphs, draw_stack
from dlsurvey.figures.arithmetic import SEVEN, coarsen, convolve, pool, read_grey, rectify, share
from dlsurvey.figures.concepts import (
    draw_activations,
    draw_convolution,
    draw_filters,
    draw_pooling,
)
from dlsurvey.figures.learning import draw_layers
from dlsurvey.figures.style import FILL
from tests.dlsurvey.render.sample import make_pictures, make_workload


def test_convolution_is_a_sum_of_products() -> None:
    weights = np.array([[-1.0, 0.0, 1.0]] * 3)
    result = convolve(SEVEN, weights)
    assert result.shape == (4, 4)
    for row in range(4):
        for column in range(4):
            assert (
                result[row, column] == (SEVEN[row : row + 3, column : column + 3] * weights).sum()
            )


def test_pooling_keeps_the_largest_and_relu_what_is_positive() -> None:
    values = np.array([[1.0, -2.0, 3.0, 0.0, 9.0], [4.0, -5.0, -6.0, -7.0, 9.0], [9.0] * 5])
    assert pool(values).tolist() == [[4.0, 3.0]]
    assert rectify(values).min() == 0.0


def test_shares_add_up_and_keep_the_order() -> None:
    shares = share(np.array([700.0, 1.0, -3.0]))
    assert shares.sum() == pytest.approx(1.0)
    assert (np.diff(shares) <= 0).all()


@pytest.mark.parametrize(("edge", "channels"), [(28, 1), (32, 3), (6, 1)])
def test_images_are_coarsened_to_whole_numbers(edge: int, channels: int) -> None:
    grid = coarsen(read_grey(make_pictures(edge, channels)))
    assert grid.shape == (6, 6)
    assert (grid == np.round(grid)).all()
    assert grid.max() == 9


def test_an_empty_image_is_not_divided_by_zero() -> None:
    assert coarsen(np.zeros((28, 28))).max() == 0


def test_numbers_of_the_drawing_are_those_of_the_table() -> None:
    figure = draw_convolution((make_workload(),))
    for _, _, numbers in figure.table.rows:
        for number in str(numbers).split():
            assert f">{number.replace('-', '−')}</text>" in figure.svg
    pooled = draw_pooling((make_workload(),))
    assert len([row for row in pooled.table.rows if row[0] == "pooling"]) == 2


def test_filters_need_a_small_image() -> None:
    workload = make_workload()
    assert draw_filters((workload,)) is not None
    assert draw_filters((replace(workload, pictures=None),)) is None
    assert draw_filters((replace(workload, pictures=make_pictures(64, 3)),)) is None
    assert draw_convolution((replace(workload, pictures=None),)).table.rows


def test_every_drawing_says_in_words_what_it_shows() -> None:
    for figure in (draw_layers(), draw_activations(), draw_graphs(), *map(draw_stack, STACKS)):
        assert figure.alt in figure.svg.replace("&lt;", "<").replace("&gt;", ">")
        assert figure.table.rows
        assert 'font-size="0' not in figure.svg


def test_faded_letters_can_be_read() -> None:
    letters = set(re.findall(r'<text [^>]*fill="(#[0-9a-f]{6})"', draw_graphs().svg))
    assert FADED not in letters
    assert all(measure_contrast(colour, FILL) >= 4.5 for colour in letters)


def measure_contrast(first: str, second: str) -> float:
    """As the guidelines for accessible content define it."""
    light, dark = sorted(map(measure_light, (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def measure_light(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
