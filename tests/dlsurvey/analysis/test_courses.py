"""Courses name what lies between two ends, compare whole periods, and say no more than is known."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.courses import describe_course, describe_finding
from dlsurvey.analysis.findings import SO_FAR, Outage, Point, Provenance, Series, Trend
from dlsurvey.analysis.signal import Signal

SIGNAL = Signal(key="stars", title="Stars", metric="stars", unit="stars")


def make_series(
    title: str, *values: float, first: int = 2016, running: float | None = None, **changes: Any
) -> Series:
    """One value a year, and one of the year that is not over."""
    points = [
        Point(start=date(first + place, 1, 1), value=value, status="live")
        for place, value in enumerate(values)
    ]
    if running is not None:
        start = date(first + len(values), 1, 1)
        points.append(Point(start=start, value=running, status="live", label=SO_FAR))
    series = Series(
        source="github",
        metric="stars",
        retrieved_at=datetime(2026, 8, 22, tzinfo=UTC),
        subject=title.lower(),
        title=title,
        points=tuple(points),
        resolution="year",
        method="observed",
    )
    return replace(series, **changes)


def make_trend(*series: Series, unit: str = "stars", outages: tuple[Outage, ...] = ()) -> Trend:
    return Trend(
        key="stars", title="Stars", unit=unit, meaning="", kind="lines", series=series,
        sentence="", alt="", outages=outages,
        provenance=tuple(
            Provenance(source="GitHub", status="live", date=date(2026, 8, 22)) for _one in series
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((1, 3), "A rose from 1 (2016) to 3 (2017)"),
        ((3, 1), "A fell from 3 (2016) to 1 (2017)"),
        ((3, 3), "A went from 3 (2016) to 3 (2017)"),
        ((3,), "A had 3 (2016)"),
        (
            (5091, 20629, 11303),
            "A rose from 5,091 (2016) to 20,629 (2017) and fell to 11,303 (2018)",
        ),
        ((9, 2, 8), "A fell from 9 (2016) to 2 (2017) and rose to 8 (2018)"),
        (
            (5, 9, 1, 6),
            "A rose from 5 (2016) to 9 (2017), fell to 1 (2018) and rose to 6 (2019)",
        ),
        (
            (5, 1, 9, 6),
            "A fell from 5 (2016) to 1 (2017), rose to 9 (2018) and fell to 6 (2019)",
        ),
        ((100, 109, 99), "A fell from 100 (2016) to 99 (2018)"),
        ((100, 111, 99), "A rose from 100 (2016) to 111 (2017) and fell to 99 (2018)"),
        ((0, 0, 0), "A went from 0 (2016) to 0 (2018)"),
    ],
)
def test_a_course_names_a_clear_peak_or_low(values: tuple[float, ...], words: str) -> None:
    assert describe_course(SIGNAL, [make_series("A", *values)], ()) == f"Stars: {words}."


def test_a_running_year_is_named_apart_and_compared_with_none() -> None:
    series = make_series("JAX", 17, 39, 13, running=1)
    assert describe_course(SIGNAL, [series], ()) == (
        "Stars: JAX rose from 17 (2016) to 39 (2017) and fell to 13 (2018), then 1 (2019 so far)."
    )
    alone = make_series("JAX", running=1)
    assert describe_course(SIGNAL, [alone], ()) == "Stars: JAX had 1 (2016 so far)."
    assert "so far" not in describe_finding(make_trend(series))


def test_an_outage_is_no_low() -> None:
    outage = Outage(start=date(2017, 1, 1), end=date(2017, 12, 31), sentence="")
    series = make_series("A", 9, 0, 10)
    assert describe_course(SIGNAL, [series], [outage]).endswith(
        "A rose from 9 (2016) to 10 (2018)."
    )
    assert describe_finding(make_trend(series, outages=(outage,))) == (
        "A rose from 9 (2016) to 10 (2018)."
    )


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ([("A", 100, 150), ("B", 10, 90)], "B rose from 10 (2016) to 90 (2017); A is highest."),
        ([("A", 100, 150), ("B", 10, 190)], "B rose from 10 (2016) to 190 (2017), above all others."),
        ([("A", 1, 9), ("B", 3, 9)], "A rose from 1 (2016) to 9 (2017); A and B are level at the top."),
        ([("A", 0, 9), ("B", 3, 90)], "A rose from 0 (2016) to 9 (2017); B is highest."),
        ([("A", 4), ("B", 9), ("C", 5)], "B had the highest value, 9, A the lowest, 4 (2016)."),
        ([("A", 4), ("B", 4)], "A and B are level with 4 (2016)."),
        ([("A", 4)], "A had 4 (2016)."),
        ([("A", 4, 9, 3)], "A rose from 4 (2016) to 9 (2017) and fell to 3 (2018)."),
    ],
)  # fmt: skip
def test_the_finding_is_who_changed_most_and_who_is_ahead(series: list[Any], words: str) -> None:
    assert describe_finding(make_trend(*(make_series(*one) for one in series))) == words


def test_only_what_ends_on_one_day_of_one_source_is_set_side_by_side() -> None:
    early = make_series("C", 1, 900, first=2014)
    both = (make_series("A", 100, 150), make_series("B", 10, 90))
    assert describe_finding(make_trend(*both, early)) == (
        "B rose from 10 (2016) to 90 (2017); of the 2 with a value then, A is highest."
    )
    ahead = make_series("B", 10, 200)
    assert describe_finding(make_trend(both[0], ahead, early)) == (
        "B rose from 10 (2016) to 200 (2017), above all others with a value then."
    )
    other = replace(both[0], source="published")
    assert describe_finding(make_trend(other, both[1])) == "B rose from 10 (2016) to 90 (2017)."


def test_what_is_not_drawn_is_not_told() -> None:
    hidden = make_series("A", 1, 900, drawn=False)
    shown = make_series("B", 10, 90)
    assert describe_finding(make_trend(hidden, shown)) == "B rose from 10 (2016) to 90 (2017)."
