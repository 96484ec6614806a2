"""Turns label positions and numbers into what readers see, checked case by case."""

import itertools
from datetime import date

import pytest

from dlsurvey.figures import name_figure
from dlsurvey.figures.labels import spread_apart
from dlsurvey.formats import (
    format_date,
    format_memory,
    format_number,
    format_percent,
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
