"""Turns code into highlighted HTML and back into the code that it was."""

import re
from html import unescape
from itertools import pairwise

import pytest

from dlsurvey.render.listings import (
    COLUMN,
    HANGING,
    find_breaks,
    highlight_print,
    highlight_screen,
)
from tests.dlsurvey.render.sample import TF_TRAIN, TORCH_TRAIN

AWKWARD = 'def f():\n\n    """Two\n    lines."""\n    return "<b>&amp;</b>"  # é\n'


@pytest.mark.parametrize("code", [TF_TRAIN, TORCH_TRAIN, AWKWARD, "x = 1", "", "if (:\n\t`?`"])
@pytest.mark.parametrize("highlight", [highlight_screen, highlight_print])
def test_highlighting_changes_no_character(code: str, highlight: object) -> None:
    assert callable(highlight)
    text = unescape(re.sub(r"<[^>]+>", "", highlight(code, 1)))
    assert text.rstrip("\n") == code.rstrip("\n")


def test_lines_are_numbered_as_in_the_file() -> None:
    assert re.findall(r'data-line="(\d+)"', highlight_screen("a\nb\nc\n", 40)) == ["40", "41", "42"]


def test_a_word_wider_than_its_column_breaks_at_a_joint() -> None:
    line = "        optimizer=optimizers.Adam(learning_rate=workload.learning_rate),"
    (place,) = find_breaks(line)
    assert place <= COLUMN
    assert line[:place].endswith(("(", "=", "."))
    assert find_breaks("    short = line") == []


@pytest.mark.parametrize("line", ["x" * 200, " " * 70 + "x" * 70, TORCH_TRAIN, "a -> b, " * 30])
def test_no_line_is_wider_than_its_column(line: str) -> None:
    for one in line.splitlines():
        indent = len(one) - len(one.lstrip(" "))
        places = [0, *find_breaks(one), len(one)]
        widths = [len(one[a:b].rstrip()) for a, b in pairwise(places)]
        assert widths[0] <= COLUMN
        assert all(width <= max(COLUMN - indent - HANGING, 10) for width in widths[1:])


def test_arrows_stay_whole() -> None:
    line = "def evaluate(model: Sequential, data: Arrays, spec: TrialSpec) -> tuple[float, float]:"
    for place in find_breaks(line):
        assert line[place - 1 : place + 1] != "->"
