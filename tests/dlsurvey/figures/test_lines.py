"""Turns constructed trends into line charts and checks what a reader can see in them."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from dlsurvey.analysis.findings import SO_FAR, Band, Outage, Point, Revision, Series, Trend
from dlsurvey.figures import Figure
from dlsurvey.figures.endings import Name, find_room
from dlsurvey.figures.runs import HOLE, MOST_DRAWN, has_holes, split_at_holes, thin_runs
from dlsurvey.figures.signal import draw_trend
from dlsurvey.figures.style import assign_looks
from dlsurvey.records import ObservationStatus
from tests.dlsurvey.render.sample import make_trends

FIRST = date(2019, 1, 1)


def make_points(
    count: int, *, days: int = 1, status: ObservationStatus = "live", first: date = FIRST
) -> tuple[Point, ...]:
    return tuple(
        Point(
            start=first + timedelta(days=days * place),
            value=1000.0 + 10 * place + 40 * (place % 7),
            status=status,
        )
        for place in range(count)
    )


def make_series(subject: str = "pytorch", **changes: Any) -> Series:
    values: dict[str, Any] = {
        "source": "github", "metric": "stars", "subject": subject, "title": subject.title(),
        "retrieved_at": datetime(2026, 11, 20, tzinfo=UTC), "resolution": "day",
        "method": "observed", "points": make_points(50),
    }  # fmt: skip
    return Series(**(values | changes))


def draw(*series: Series, **changes: Any) -> Figure:
    trend: Trend = msgspec.structs.replace(
        make_trends()[0], series=series, provenance=(), **changes
    )
    figure = draw_trend(trend, assign_looks([one.subject for one in series]))
    assert figure is not None
    return figure


def read_words(figure: Figure) -> list[str]:
    words = [element.text or "" for element in ET.fromstring(figure.svg).iter()]
    return [word.strip() for word in words if word.strip()]


def test_a_hole_is_more_than_one_and_a_half_times_the_usual_spacing() -> None:
    points = make_points(5, days=10)
    assert HOLE == 1.5
    late = [msgspec.structs.replace(points[-1], start=points[-2].start + timedelta(days=15))]
    later = [msgspec.structs.replace(points[-1], start=points[-2].start + timedelta(days=16))]
    assert len(split_at_holes([*points[:-1], *late])) == 1
    assert len(split_at_holes([*points[:-1], *later])) == 2


def test_a_year_that_is_not_over_is_not_joined_and_is_no_hole() -> None:
    points = make_points(4, days=365)
    points = (*points[:-1], msgspec.structs.replace(points[-1], label=SO_FAR))
    assert [len(run) for run in split_at_holes(points)] == [3, 1]
    assert not has_holes(points)
    assert "a year that is not over" in draw(make_series(points=points)).caption


def test_long_daily_series_stay_small_and_say_what_is_thinned() -> None:
    names = ("tensorflow", "pytorch", "keras", "jax")
    figure = draw(*(make_series(name, points=make_points(2800)) for name in names))
    assert len(figure.svg) < 150_000
    assert len(figure.table.rows) == 4 * 2800
    assert "Of up to 2,800 points a line draws the lowest and the highest" in figure.caption


def test_thinning_keeps_extremes_and_holes() -> None:
    points = list(make_points(3000))
    points[1234] = msgspec.structs.replace(points[1234], value=1e9)
    points[2345] = msgspec.structs.replace(points[2345], value=-1e9)
    runs = [points[:1500], points[1600:]]
    thinned = thin_runs(runs)
    kept = {point.value for run in thinned for point in run}
    assert {1e9, -1e9} <= kept
    assert [(run[0], run[-1]) for run in thinned] == [(run[0], run[-1]) for run in runs]
    assert sum(map(len, thinned)) <= MOST_DRAWN + 4
    assert thin_runs([points[:10]]) == [points[:10]]


def test_the_end_of_an_archive_is_marked_and_the_axis_goes_on() -> None:
    points = make_points(70, days=31, status="archived", first=date(2019, 7, 1))
    figure = draw(make_series(points=points), ended=date(2025, 7, 31))
    words = read_words(figure)
    assert any("the archive ends," in word for word in words)
    assert any("July 2025" in word for word in words)
    assert "2026" in words


def test_outages_are_marked_by_name() -> None:
    outage = Outage(start=date(2019, 1, 20), end=date(2019, 1, 25), sentence="It fell.")
    figure = draw(make_series(), outages=(outage,))
    assert "outage" in read_words(figure)
    assert "outages of the source" in figure.caption
    assert "outage" not in read_words(draw(make_series()))


def test_what_was_told_first_is_a_dotted_line_and_a_column() -> None:
    points = make_points(50)
    revisions = tuple(
        Revision(start=point.start, first=point.value + 500, now=point.value, told=FIRST)
        for point in points[10:20]
    )
    figure = draw(make_series(points=points, revisions=revisions))
    assert "stroke-dasharray" in figure.svg
    assert "told first" in figure.caption
    assert figure.table.columns[-1] == "first told as"
    assert [row[-1] for row in figure.table.rows[9:12]] == [
        None,
        *(one.first for one in revisions[:2]),
    ]


def test_the_spread_over_draws_is_a_band() -> None:
    points = make_points(50)
    band = tuple(Band(start=one.start, low=one.value - 9, high=one.value + 9) for one in points)
    figure = draw(make_series(points=points, band=band))
    assert 'opacity="0.22"' in figure.svg
    assert "Bands are the spread" in figure.caption


def test_each_source_has_its_own_line_and_name() -> None:
    imported = make_series(source="import-github-stars", points=make_points(900, status="imported"))
    live = make_series(points=make_points(3, first=date(2026, 11, 1)))
    figure = draw(live, imported)
    assert {"Pytorch", "Pytorch, imported"} <= set(read_words(figure))
    assert "Thin lines were imported from a file." in figure.caption
    assert {row[-1] for row in figure.table.rows} == {"github", "import-github-stars"}


def test_what_another_source_covers_is_in_the_table_only() -> None:
    covered = make_series(
        source="published", points=make_points(3, status="published"), drawn=False
    )
    figure = draw(make_series(), covered)
    assert "Hollow" not in figure.caption
    assert "another source covers" in figure.caption
    assert len(figure.table.rows) == 53


def test_sizes_hold_until_the_next_release_and_up_to_the_day_of_asking() -> None:
    figure = draw(make_series(points=make_points(9, days=200)), sampled=False)
    assert "breaks off" not in figure.caption
    assert "2026" in read_words(figure)


@pytest.mark.parametrize("count", [2, 5, 9])
def test_names_that_end_together_keep_their_distance(count: int) -> None:
    placed: list[Name] = []
    for _ in range(count):
        placed.append(find_room((0.3, 0.5), 0.1, 0.08, placed, ()))
    for one, other in combinations(placed, 2):
        apart = abs(one.height - other.height) >= 0.08 - 1e-9
        assert apart or one.right <= other.left or other.right <= one.left


def test_names_stand_beside_points_rather_than_on_them() -> None:
    points = [(0.3 + place / 100, 0.5) for place in range(70)]
    name = find_room((0.3, 0.5), 0.2, 0.08, (), points)
    assert name.right < 0.3 or abs(name.height - 0.5) >= 0.04
    assert find_room((0.95, 0.5), 0.2, 0.08, (), ()).right < 0.95


def test_a_framework_of_the_user_has_a_spare_look() -> None:
    figure = draw(make_series(), make_series("mindspore", points=make_points(40)))
    colours = set(re.findall(r'stroke="(#[0-9a-f]{6})"', figure.svg))
    assert {"#123f86", "#6b6b6b"} <= colours


def test_the_caption_opens_with_the_finding() -> None:
    caption = draw(make_series(), make_series("keras", points=make_points(40))).caption
    assert caption.startswith("GitHub stars: Keras rose from 1,000 (1 January 2019) to 1,550 ")
    assert "(stars)" not in caption


@pytest.mark.parametrize(
    ("unit", "heading"),
    [("MB", []), ("%", []), ("stars", ["stars"]), ("% of links", ["% of links"])],
)
def test_what_each_value_carries_is_not_said_over_the_chart(unit: str, heading: list[str]) -> None:
    for kind in ("lines", "bars"):
        figure = draw(make_series(points=make_points(3)), unit=unit, kind=kind)
        assert [word for word in read_words(figure) if word == unit] == heading
        assert f"({unit})" not in figure.caption
