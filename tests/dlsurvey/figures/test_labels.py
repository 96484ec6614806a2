"""Turns label positions and numbers into what readers see, checked case by case."""

import itertools
from datetime import date

import pytest

from dlsurvey.figures import name_figure
from dlsurvey.figures.labels import spread_apart
from dlsurvey.formats import (
    format_date,
    format_energy,
    format_memory,
    format_milliseconds,
    format_number,
    format_percent,
    format_quantity,
    format_rate,
    format_seconds,
)


def test_labels_keep_their_distance_and_order() -> None:
    placed = spread_apart([0.5, 0.51, 0.1, 0.505], 0.1, 0.0, 1.0)
    ordered = sorted(placed)
    assert all(b - a >= 0.1 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert placed[2] < placed[0] < placed[3] < placed[1]


def test_labels_stay_under_the_top() -> None:
    assert max(spread_apart([0.99, 1.0], 0.1, 0.0, 1.0)) <= 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (format_milliseconds(0.00312), "3.12 ms"),
        (format_milliseconds(0.000412), "0.412 ms"),
        (format_milliseconds(0.0871), "87.1 ms"),
        (format_milliseconds(1.5), "1,500 ms"),
        (format_energy(812.4), "812 J"),
        (format_energy(1240.0), "1.24 kJ"),
        (format_rate(7420.4), "7,420 / s"),
        (format_quantity(0.4321, "loss"), "0.4321"),
        (format_quantity(0.0871, "step_seconds"), "87.1 ms"),
        (format_number(1234567), "1,234,567"),
        (format_number(0.0712), "0.0712"),
        (format_number(-2), "−2"),
        (format_percent(0.98913), "98.91 %"),
        (format_seconds(0.8312), "0.831 s"),
        (format_seconds(1204.4), "1,204 s"),
        (format_memory(1.21e9), "1.21 GB"),
        (format_memory(991_234_567), "991 MB"),
        (format_date(date(2026, 11, 20)), "20 November 2026"),
        (name_figure("MNIST CNN", "accuracy"), "mnist-cnn-accuracy"),
        (name_figure("../.."), "figure"),
    ],
)
def test_words_for_numbers(text: str, expected: str) -> None:
    assert text == expected
