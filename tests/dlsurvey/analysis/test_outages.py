"""All packages dropping together is an outage of the source; one package dropping is news."""

import csv
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dlsurvey.analysis.findings import Outage, Point, Series
from dlsurvey.analysis.outages import find_outages

SHARED = Path(os.environ.get("DLSURVEY_SHARED", "../shared"))
REAL = SHARED / "data/signals/pypi-downloads/best_of_ml_pypi_conda_docker_weekly.csv"


def make(name: str, values: dict[date, float]) -> Series:
    points = tuple(Point(start=day, value=values[day], status="live") for day in sorted(values))
    return Series(
        source="pypistats", metric="downloads_daily", retrieved_at=datetime(2026, 11, 20, tzinfo=UTC),
        subject=name, title=name, points=points, resolution="week", method="observed",
    )  # fmt: skip


def weeks(base: float, low: dict[int, float]) -> dict[date, float]:
    return {
        date(2026, 1, 5) + timedelta(days=7 * week): base * low.get(week, 1.0) for week in range(40)
    }


def find(*lows: dict[int, float]) -> tuple[Outage, ...]:
    series = [make(str(place), weeks(1000.0 + place, low)) for place, low in enumerate(lows)]
    return find_outages(series, 0.5, "downloads")


def test_all_falling_together_is_an_outage() -> None:
    (outage,) = find({20: 0.2, 21: 0.1}, {20: 0.3, 21: 0.2}, {20: 0.4, 21: 0.2})
    assert (outage.start, outage.end) == (date(2026, 5, 25), date(2026, 6, 1))
    assert "an outage of the source that counts downloads" in outage.sentence


@pytest.mark.parametrize(
    "lows",
    [
        ({20: 0.1}, {}, {}),
        ({20: 0.1}, {20: 0.1}, {}),
        ({20: 0.65}, {20: 0.65}, {20: 0.65}),
        ({20: 0.1},),
        (),
    ],
    ids=["one", "two of three", "a holiday", "a single package", "nothing"],
)
def test_everything_else_is_none(lows: tuple[dict[int, float], ...]) -> None:
    assert find(*lows) == ()


def test_one_that_leaps_meanwhile_changes_nothing() -> None:
    assert len(find({20: 0.2}, {20: 0.3}, {20: 0.4}, {20: 7.0})) == 1


@pytest.mark.real_data
def test_the_two_real_outages_are_found_and_no_others() -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is absent: set DLSURVEY_SHARED")
    packages: dict[str, dict[date, float]] = {
        name: {} for name in ("tensorflow", "torch", "keras", "jax")
    }
    with REAL.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["pypi_id"] in packages and row["pypi_monthly_downloads"]:
                day = date.fromisoformat(row["date"])
                packages[row["pypi_id"]][day] = float(row["pypi_monthly_downloads"])
    series = [make(name, values) for name, values in packages.items()]
    first, second = find_outages(series, 0.7, "downloads")
    assert first.start <= date(2021, 3, 4) <= first.end < date(2021, 4, 8)
    assert (second.start, second.end) == (date(2021, 12, 9), date(2021, 12, 9))
