"""Curves and dots show what was measured, mark what was disturbed, and leave out nothing unsaid."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from dlsurvey.figures.curves import draw_curves, draw_progress, split_settings
from dlsurvey.figures.figure import Figure
from dlsurvey.figures.spreads import QUANTITIES, draw_spread
from dlsurvey.figures.style import FIXED
from dlsurvey.formats import format_percent
from tests.dlsurvey.render.sample import make_member, make_workload


def test_progress_shows_the_target_and_how_many_reached_it() -> None:
    workload = make_workload()
    figure = draw_progress(workload, FIXED)
    assert figure is not None
    assert "target 98 %" in figure.svg
    assert "The dashed line is the target of 98.00 %." in figure.caption
    assert "5 of 5 runs reached the target" in figure.alt
    assert "0 of 5 runs reached the target" in figure.alt
    last = [curve.test_accuracy[-1] for curve in workload.members[0].curves]
    assert format_percent(sum(last) / len(last)) in figure.alt
    assert len(figure.table.rows) == 2 * 5 * 5


def place_words(figure: Figure, words: str) -> list[tuple[float, float]]:
    """Where a text stands, from the upper left corner of the figure."""
    texts = [one for one in ET.fromstring(figure.svg).iter() if one.tag.endswith("}text")]
    return [(float(one.attrib["x"]), float(one.attrib["y"])) for one in texts if one.text == words]


@pytest.mark.parametrize(("target", "words"), [(0.9, "target 90 %"), (0.999, "target 99.9 %")])
def test_the_target_is_named_at_the_end_of_its_line(target: float, words: str) -> None:
    figure = draw_progress(replace(make_workload(), target_accuracy=target), FIXED)
    assert figure is not None
    ((left, _height),) = place_words(figure, words)
    ((name, _height),) = place_words(figure, "PyTorch")
    assert left == pytest.approx(name)
    assert left > max(mark.x for mark in figure.marks)


def test_only_the_lowest_panels_name_their_axis() -> None:
    one = make_member("pytorch", 0, 3)
    members = (one, replace(one, protocol="controlled"), replace(one, device="cuda"))
    workload = replace(make_workload(), members=members)
    curves, progress = draw_curves(workload, FIXED), draw_progress(workload, FIXED)
    assert curves is not None
    assert progress is not None
    assert len({height for _left, height in place_words(curves, "Epoch")}) == 1
    assert len(place_words(curves, "Epoch")) == 2
    # Of three panels in two columns, the second and the third are the lowest.
    assert len({left for left, _height in place_words(progress, "Epoch")}) == 2
    assert len({height for _left, height in place_words(progress, "Epoch")}) == 2
    assert len(place_words(progress, "1")) == 2


def test_single_runs_are_told_apart_without_colour() -> None:
    for framework, dashed in (("tensorflow", 0), ("pytorch", 3), ("jax", 3)):
        workload = replace(make_workload(), members=(make_member(framework, 0, 3),))
        figure = draw_progress(replace(workload, target_accuracy=None), FIXED)
        assert figure is not None
        thin = [
            one
            for one in re.findall(r"<path [^>]*>", figure.svg)
            if 'stroke-width="0.6"' in one and 'opacity="0.45"' in one
        ]
        assert len(thin) == 3
        assert sum("stroke-dasharray" in one for one in thin) == dashed


def test_memory_is_told_in_one_unit() -> None:
    memory = QUANTITIES[2]
    workload = make_workload()
    large = draw_spread(workload, memory, FIXED)
    assert large is not None
    assert "Peak memory (GB)" in large.svg
    assert place_words(large, "0.99 GB")
    assert place_words(large, "0.2")
    assert " MB" not in large.svg.split("</title>")[1]
    halves = [
        replace(one.peak_memory_bytes, mean=4e8, values=(4e8,), seeds=(0,), low=None, high=None)
        for one in workload.members
    ]
    members = tuple(
        replace(member, peak_memory_bytes=half, loaded_seeds=())
        for member, half in zip(workload.members, halves, strict=True)
    )
    small = draw_spread(replace(workload, members=members), memory, FIXED)
    assert small is not None
    assert "Peak memory (MB)" in small.svg
    assert place_words(small, "400 MB")
    assert "GB" not in small.svg


def test_thousands_on_an_axis_are_separated() -> None:
    workload = make_workload()
    slow = tuple(
        replace(
            member,
            epoch_seconds=replace(
                member.epoch_seconds, mean=2100.0, values=(2100.0,), seeds=(0,), low=None, high=None
            ),
        )
        for member in workload.members
    )
    figure = draw_spread(replace(workload, members=slow), QUANTITIES[1], FIXED)
    assert figure is not None
    assert place_words(figure, "2,000")
    assert place_words(figure, "0")


def test_without_test_accuracies_there_is_no_progress() -> None:
    member = make_member("pytorch", 0, 3)
    old = replace(member, curves=tuple(replace(one, test_accuracy=()) for one in member.curves))
    assert draw_progress(replace(make_workload(), members=(old,)), FIXED) is None
    # Of two members one may be of an older version.
    both = replace(make_workload(), members=(old, make_member("tensorflow", 0, 3)))
    figure = draw_progress(both, FIXED)
    assert figure is not None
    assert "PyTorch" not in figure.svg


def test_without_a_target_there_is_no_line() -> None:
    figure = draw_progress(replace(make_workload(), target_accuracy=None), FIXED)
    assert figure is not None
    assert "target" not in figure.svg.split("</title>")[1]
    assert "dashed" not in figure.caption


def test_protocols_and_devices_have_panels_of_their_own() -> None:
    one = make_member("pytorch", 0, 3)
    members = (one, replace(one, protocol="controlled"), replace(one, device="cuda"))
    assert list(split_settings(members)) == [
        ", idiomatic, CPU",
        ", controlled, CPU",
        ", idiomatic, GPU",
    ]
    for draw in (draw_curves, draw_progress):
        figure = draw(replace(make_workload(), members=members), FIXED)
        assert figure is not None
        assert "controlled, CPU" in figure.svg
        assert "idiomatic, GPU" in figure.svg
    assert list(split_settings((one,))) == [""]


def test_other_modes_are_in_the_table_and_the_caption_says_so() -> None:
    graph = make_member("tensorflow", 0, 3)
    members = (graph, replace(graph, mode="compiled"))
    figure = draw_curves(replace(make_workload(), members=members), FIXED)
    assert figure is not None
    assert "default modes; all modes are in the table" in figure.caption
    assert {row[0] for row in figure.table.rows} == {
        "TensorFlow (graph, idiomatic)",
        "TensorFlow (compiled, idiomatic)",
    }
    alone = draw_curves(replace(make_workload(), members=(graph,)), FIXED)
    assert alone is not None
    assert "default modes" not in alone.caption


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda one: one.part)
def test_runs_under_foreign_load_are_marked(quantity: Any) -> None:
    workload = make_workload()
    figure = draw_spread(workload, quantity, FIXED)
    assert figure is not None
    assert "A cross marks a run during which other processes kept the machine busy." in (
        figure.caption
    )
    assert "1 of them while the machine was busy" in figure.alt
    marked = [row for row in figure.table.rows if row[4] == "under foreign load"]
    assert [(row[0], row[2]) for row in marked] == [("PyTorch (eager, idiomatic)", 2)]
    quiet = tuple(replace(member, loaded_seeds=()) for member in workload.members)
    without = draw_spread(replace(workload, members=quiet), quantity, FIXED)
    assert without is not None
    assert "cross" not in without.caption
    assert "busy" not in without.alt
    assert without.svg.count("<use") < figure.svg.count("<use")
