"""Confusion matrices print every number, and shade by one scale what was wrong."""

import re
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from dlsurvey.figures.confusion import draw_confusion, list_panels, shade
from dlsurvey.figures.sheet import WIDTH
from dlsurvey.formats import format_number
from tests.dlsurvey.render.sample import make_confusion, make_member, make_workload


def test_every_number_is_printed_and_the_rest_is_empty() -> None:
    workload = make_workload(runs=3)
    figure = draw_confusion(workload, {})
    assert figure is not None
    texts = [text.text for text in ET.fromstring(figure.svg).iter() if text.tag.endswith("text")]
    for member in workload.members:
        for counts in member.confusion:
            for count in counts:
                assert count == 0 or str(count) in texts
    # Two titles, twice ten names on two sides, the numbers.
    printed = sum(
        count > 0 for member in workload.members for counts in member.confusion for count in counts
    )
    assert len(texts) - 2 - 40 - 1 <= printed <= len(texts) - 2 - 40
    assert len(figure.table.rows) == 200
    assert len(figure.svg) < 60_000


def test_every_cell_tells_its_count() -> None:
    workload = make_workload(runs=3)
    figure = draw_confusion(workload, {})
    assert figure is not None
    assert len(figure.marks) == len(figure.table.rows)
    names = workload.dataset.classes
    for mark, (title, true, taken, count) in zip(figure.marks, figure.table.rows, strict=True):
        assert mark.text.startswith(f"{title}: {true} ")
        assert ("recognised" in mark.text) == (true == taken)
        assert f", {format_number(int(count or 0))} of " in mark.text
        assert names[mark.series % len(names)] == true
        assert mark.x + (mark.box or (0, 0))[0] <= WIDTH


def test_alternative_text_counts_what_was_wrong() -> None:
    workload = make_workload(runs=1)
    figure = draw_confusion(workload, {})
    assert figure is not None
    matrix = workload.members[0].confusion
    wrong = sum(
        count for row, counts in enumerate(matrix) for column, count in enumerate(counts)
        if row != column
    )  # fmt: skip
    total = sum(map(sum, matrix))
    assert f"{format_number(wrong)} of {format_number(total)} wrong" in figure.alt
    assert "taken for" in figure.alt


def test_nothing_wrong_is_drawn_without_a_shade() -> None:
    right = tuple(tuple(36 * (row == column) for column in range(10)) for row in range(10))
    member = replace(make_member("pytorch", 0, 3), confusion=right)
    figure = draw_confusion(replace(make_workload(), members=(member,)), {})
    assert figure is not None
    assert "0 of 360 wrong." in figure.alt
    assert not re.search(r'<rect[^>]*fill="#', figure.svg)


def test_shades_grow_and_their_ink_can_be_read() -> None:
    colours = [shade(count, 100)[0] for count in (1, 10, 50, 100)]
    greys = [sum(int(colour[place : place + 2], 16) for place in (1, 3, 5)) for colour in colours]
    assert greys == sorted(greys, reverse=True)
    assert shade(1, 100)[1] != shade(100, 100)[1]


@pytest.mark.parametrize(("members", "panels"), [(4, 4), (6, 3)])
def test_more_than_four_are_summed_over_the_protocols(members: int, panels: int) -> None:
    names = ("tensorflow", "pytorch", "jax")[: members // 2]
    several = tuple(
        replace(make_member(name, 0, 3), protocol=protocol)
        for protocol in ("controlled", "idiomatic")
        for name in names
    )
    found = list_panels(replace(make_workload(), members=several))
    assert len(found) == panels
    total = sum(sum(map(sum, matrix)) for _, matrix in found)
    assert total == members * sum(map(sum, make_confusion(0, 3)))


def test_other_modes_than_the_default_are_left_to_the_results() -> None:
    one = replace(make_member("tensorflow", 0, 3), mode="graph")
    members = (one, replace(one, mode="compiled"))
    assert len(list_panels(replace(make_workload(), members=members))) == 1


def test_devices_are_told_apart() -> None:
    one = make_member("tensorflow", 0, 3)
    panels = list_panels(replace(make_workload(), members=(one, replace(one, device="cuda"))))
    assert [title for title, _ in panels] == [
        "TensorFlow (graph, idiomatic, CPU)",
        "TensorFlow (graph, idiomatic, GPU)",
    ]


def test_no_matrix_or_too_many_classes_no_figure() -> None:
    old = replace(make_member("pytorch", 0, 3), confusion=())
    assert draw_confusion(replace(make_workload(), members=(old,)), {}) is None
    many = replace(make_member("pytorch", 0, 3), confusion=make_confusion(0, 1, classes=30))
    assert draw_confusion(replace(make_workload(), members=(many,)), {}) is None


def test_long_class_names_stay_inside() -> None:
    workload = make_workload()
    names = tuple(f"automobile number {n}" for n in range(10))
    named = replace(workload, dataset=replace(workload.dataset, classes=names))
    figure = draw_confusion(named, {})
    assert figure is not None
    assert "rotate(-90" in figure.svg
    for x in re.findall(r'<rect x="([\d.]+)"', figure.svg):
        assert 0 <= float(x) < 475.2
