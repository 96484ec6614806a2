"""Turns code into highlighted HTML and back into the code that it was."""

import re
from html import unescape
from itertools import pairwise

import pytest

from dlsurvey.render.listings import (
    COLUMN,
    HANGING,
    Pin,
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


def test_numbers_stand_behind_their_words_and_are_no_text() -> None:
    code = 'optimizer.step()\nloss.backward()\nx = "a & b"  # loss.backward()\n'
    for highlight in (highlight_screen, highlight_print):
        marked = highlight(code, 1, ["optimizer", "gone", "loss.backward()", "a & b"])
        assert re.findall(r'data-pin="(\d)"', marked) == ["1", "3", "4"]
        text = unescape(re.sub(r"<[^>]+>", "", re.sub(r'<span class="pin"[^>]*>', "\0", marked)))
        assert text.replace("\0", "") == code
        ends = [one.splitlines()[-1] for one in text.split("\0")[:-1]]
        assert ends == ["optimizer", "loss.backward()", 'x = "a & b']


def test_numbers_take_of_the_room_of_their_line() -> None:
    line = "x" * 40 + " " + "y" * 19
    assert find_breaks(line) == []
    assert find_breaks(line, [Pin(40, 1)]) == [41]
    assert find_breaks("z" * COLUMN, [Pin(COLUMN, 1)]) == [COLUMN - 1]
    for places in ((5, 60), (61, 62, 63), (200,)):
        pins = [Pin(place, 1) for place in places]
        ends = [0, *find_breaks("w" * 200, pins), 200]
        for a, b in pairwise(ends):
            assert b - a + sum(pin.width for pin in pins if a < pin.column <= b) <= COLUMN


def test_arrows_stay_whole() -> None:
    line = "def evaluate(model: Sequential, data: Arrays, spec: TrialSpec) -> tuple[float, float]:"
    for place in find_breaks(line):
        assert line[place - 1 : place + 1] != "->"
