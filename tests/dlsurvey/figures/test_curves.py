"""Curves and dots show what was measured, mark what was disturbed, and leave out nothing unsaid."""

from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.figures.curves import draw_curves, draw_progress, split_settings
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
