"""Callouts stand where their text stands, and nowhere else."""

from itertools import pairwise
from urllib.parse import unquote

import pytest

from dlsurvey.analysis.listings import cut_stages, list_stages
from dlsurvey.render.callouts import (
    Callout,
    Found,
    draw_marks,
    find_callouts,
    find_shared,
    list_body,
    place_words,
    read_callouts,
)
from dlsurvey.render.deck import END, ITEM, STEPS, Slide, cut, ease, join, share_out
from dlsurvey.render.listings import fold
from dlsurvey.render.pages import list_callouts
from dlsurvey.render.panels import ALONE, HEAD, HEIGHT, LONGEST_LINE, list_panels
from dlsurvey.render.talk import mark_blocks
from experiments.workloads import find_workload
from tests.dlsurvey.code_samples import make_programs
from tests.dlsurvey.render.sample import TORCH_TRAIN, make_findings, make_stage

STAGE = make_stage("train", "Train", {"pytorch": TORCH_TRAIN})
(LISTING,) = STAGE.listings


def make_callout(text: str) -> Callout:
    return Callout(program="pytorch", stage="train", text=text, words="Words")


def test_a_callout_is_found_by_its_text() -> None:
    (found,) = find_callouts(LISTING, (make_callout("loss.backward()"),))
    line = TORCH_TRAIN.splitlines()[found.row]
    assert line[found.column : found.column + found.length] == "loss.backward()"


def test_a_callout_whose_text_is_gone_is_dropped() -> None:
    assert find_callouts(LISTING, (make_callout("loss.forward()"),)) == []


@pytest.mark.parametrize("callout", read_callouts(), ids=lambda one: f"{one.program} {one.text}")
def test_every_callout_is_found_in_its_program(callout: Callout) -> None:
    program = find_workload("mnist-cnn").programs[callout.program]
    code, _first_line = cut_stages(program)[callout.stage]
    assert any(callout.text in line for _place, line in fold(code, LONGEST_LINE))
    assert 0 < len(callout.words) <= 60


def test_a_bracket_spans_lines_that_both_have_and_no_signature() -> None:
    body = "    for layer in layers:\n        match layer:\n            case Convolution(size):\n"
    stage = make_stage(
        "build_model",
        "Model",
        {
            "tensorflow": f'def build(\n    a: int,\n) -> None:\n    """One."""\n{body}    x = 1\n',
            "pytorch": f'def build(\n    a: int,\n) -> None:\n    """One."""\n    y\n{body}    z\n',
        },
    )
    first, second = stage.listings
    found = find_shared(first, [second])
    assert found is not None
    assert (found.row, found.last_row) == (4, 6)
    assert found.words == "The same lines in PyTorch"
    assert find_shared(first, []) is None


def test_few_equal_characters_are_no_bracket() -> None:
    stage = make_stage("s", "S", {"tensorflow": "a = 1\nb = 2\n", "pytorch": "a = 1\nb = 2\n"})
    assert find_shared(stage.listings[0], stage.listings[1:]) is None


def test_body_begins_after_the_docstring() -> None:
    code = 'def f(\n    a: int,\n) -> int:\n    """One.\n\n    Two.\n    """\n    return a\n'
    assert list_body(code) == [(7, "return a")]


def test_words_never_overlap_and_stay_within_the_height() -> None:
    found = [Found(row, row, 0, 4, "Words that take two lines", "box") for row in range(8)]
    placed = place_words(found, 14, 1.0, 40.0)
    for above, below in pairwise(placed):
        assert above.top + above.height <= below.top
    assert placed[0].top >= 0
    assert placed[-1].top + placed[-1].height <= 40.0


def test_marks_are_one_drawing_behind_the_text() -> None:
    words = place_words([Found(1, 1, 4, 5, "a <b>", "box")], 20, 1.0, 9.0)
    drawing = unquote(draw_marks(words, 60.0, 30.0, 33.0, 9.0))
    assert drawing.startswith("data:image/svg+xml,<svg")
    assert drawing.count("<rect") == 1
    assert "<b>" not in drawing


def test_a_long_listing_is_cut_and_every_line_is_there_once() -> None:
    code = "\n".join(f"    line_{n} = {n}" for n in range(3 * ALONE - 5))
    stage = make_stage("train", "Train", {"pytorch": code})
    slides = list(list_panels(make_findings(stages=(stage,)), stage))
    assert len(slides) == 3
    assert "\n".join(panel.listing.code for (panel,) in slides) == code
    assert [panel.part for (panel,) in slides] == ["1 of 3", "2 of 3", "3 of 3"]
    assert slides[1][0].listing.first_line == 40 + len(slides[0][0].listing.code.splitlines())


def test_short_listings_share_a_slide() -> None:
    stage = make_stage("train", "Train", {"pytorch": "a = 1", "tensorflow": "b = 2"})
    (panels,) = list_panels(make_findings(stages=(stage,)), stage)
    assert len(panels) == 2


def test_a_body_is_cut_at_its_items_and_joined_again() -> None:
    body = f"<ul>{ITEM}<li>1</li>{ITEM}<li>2</li>{END}</ul><p>x</p>"
    head, items, tail = cut(body)
    assert (head, items, tail) == ("<ul>", ["<li>1</li>", "<li>2</li>"], "</ul><p>x</p>")
    assert join(head, items, tail) == body
    assert cut("<p>x</p>") == ("<p>x</p>", [], "")


def test_shares_are_even() -> None:
    assert list(share_out("abcdefg", 3)) == [["a", "b", "c"], ["d", "e"], ["f", "g"]]


def test_a_full_slide_gets_smaller_type_then_two_slides_then_smaller_still() -> None:
    listed = Slide(0, "a", "A", f"<ul>{ITEM}<li>1</li>{ITEM}<li>2</li>{END}</ul>")
    assert [one.step for one in ease(listed)] == [1]
    first, second = ease(listed._replace(step=2))
    assert "<li>1</li>" in first.body
    assert "<li>2</li>" in second.body
    plain = Slide(0, "a", "A", "<p>1</p>", step=2)
    assert [one.step for one in ease(plain)] == [3]
    assert [one.step for one in ease(plain._replace(step=STEPS - 1))] == [STEPS - 1]


def test_blocks_are_marked_where_they_begin() -> None:
    html = "<p>a <em>b</em></p>\n<ul>\n<li><p>c</p></li>\n</ul>\n<p><img src='x'>d &amp; e</p>"
    _, blocks, tail = cut(str(mark_blocks(html)))
    assert [block.strip()[:3] for block in blocks] == ["<p>", "<ul", "<p>"]
    assert "".join(blocks) + tail == html


def test_no_listing_passes_its_slide_and_none_is_small() -> None:
    stages = list_stages(make_programs("mnist-cnn"))
    findings = make_findings(stages=stages)
    for stage in stages:
        for panels in list_panels(findings, stage):
            assert all(panel.size >= 14 for panel in panels)
            assert sum(panel.height * panel.size + HEAD for panel in panels) <= HEIGHT


def test_a_program_of_two_frameworks_keeps_its_callouts() -> None:
    for stage in list_stages(make_programs("mnist-cnn")):
        (keras,) = [one for one in stage.listings if one.program == "keras"]
        wanted = [
            one for one in read_callouts() if (one.program, one.stage) == ("keras", stage.key)
        ]
        assert len(list_callouts(keras)) == len(wanted)


def test_a_line_that_is_too_long_goes_on_further_in() -> None:
    line = "    value = call(" + ", ".join(f"argument_{n}" for n in range(12)) + ")"
    first, *rest = [one for _place, one in fold(line, 40)]
    assert max(map(len, (first, *rest))) <= 40
    assert all(one.startswith(" " * 8) for one in rest)
    assert "".join([first, *rest]).replace(" ", "") == line.replace(" ", "")


def test_a_line_is_broken_outside_inner_brackets_and_its_comment_stays_whole() -> None:
    line = "    x = pool(relu(conv(x)), window=(2, 2), strides=(2, 2))  # halves height and width"
    assert [one for _place, one in fold(line, 44)] == [
        "    x = pool(relu(conv(x)), window=(2, 2),",
        "        strides=(2, 2))",
        "        # halves height and width",
    ]


def test_of_several_blank_lines_one_stays_and_lines_keep_their_places() -> None:
    assert fold("a = 1\n\n\n\nb = 2\n", 40) == [(0, "a = 1"), (1, ""), (4, "b = 2")]
