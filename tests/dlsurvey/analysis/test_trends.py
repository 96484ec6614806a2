"""Trends say what was observed: nothing joined, nothing filled in, each with its age."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from dlsurvey.analysis.evidence import Evidence, judge_age
from dlsurvey.records import Collection, Observation
from dlsurvey.store import Store
from tests.dlsurvey.analysis.signal_samples import find, make_edition
from tests.dlsurvey.samples import NOON, make_observation


@pytest.mark.parametrize(
    ("age", "status"),
    [(timedelta(hours=1), "live"), (timedelta(days=7), "cached"), (timedelta(days=40), "stale")],
)
def test_age_decides_the_status(age: timedelta, status: str) -> None:
    assert judge_age(NOON - age, NOON) == status


def test_newest_vintage_counts(tmp_path: Path) -> None:
    later = NOON + timedelta(hours=1)
    trends = find(
        tmp_path, make_observation(value=10), make_observation(value=9, retrieved_at=later),
        created_at=later,
    )  # fmt: skip
    assert [point.value for point in trends["github-stars"].series[0].points] == [9.0]


def test_edition_does_not_see_what_came_later(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append_observations("github", [make_observation()])
    edition = make_edition(store)
    store.append_observations("github", [make_observation(start=date(2026, 11, 21))])
    assert len(Evidence(store, edition).frame) == 1


def test_unchanged_source_is_as_fresh_as_its_last_answer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append_observations("github", [make_observation()])
    later = NOON + timedelta(days=60)
    attempts: tuple[tuple[datetime, Literal["complete", "failed"]], ...] = (
        (later, "complete"),
        (later + timedelta(days=1), "failed"),
    )
    for at, status in attempts:
        store.append_collection(
            Collection(
                source="github", at=at, status=status, observations=1, new_observations=0, seconds=1.0
            )
        )  # fmt: skip
    evidence = Evidence(store, make_edition(store, later + timedelta(days=2)))
    row = evidence.frame.iloc[0]
    assert row["status"] == "cached"
    assert row["retrieved_at"] == later


def test_sources_are_series_of_their_own(tmp_path: Path) -> None:
    published = make_observation(
        source="published",
        start=date(2026, 8, 22),
        value=102529,
        status="published",
        retrieved_at=datetime(2026, 8, 22, tzinfo=UTC),
        url="https://github.com/EvanLi/Github-Ranking",
        resolution="instant",
    )
    trend = find(tmp_path, published, make_observation(value=104000))["github-stars"]
    assert [one.points[0].status for one in trend.series] == ["live", "published"]
    assert [one.source for one in trend.provenance] == [
        "GitHub",
        "GitHub repository ranking, daily files",
    ]
    assert "PyTorch 104,000 (20 November 2026)" in trend.sentence


def test_alternative_text_has_the_course(tmp_path: Path) -> None:
    first = make_observation(start=date(2018, 12, 31), value=23298)
    trend = find(tmp_path, first, make_observation(value=102529))["github-stars"]
    assert trend.alt == (
        "GitHub stars: PyTorch rose from 23,298 (31 December 2018) to 102,529 (20 November 2026)."
    )


def make_release(version: str, day: date, **changes: object) -> Observation:
    values = {
        "source": "pypi",
        "metric": "release",
        "value": 1,
        "unit": "releases",
        "label": version,
    }
    return make_observation(start=day, **(values | changes))


def test_releases_are_counted_by_year_and_the_running_one_says_so(tmp_path: Path) -> None:
    trend = find(
        tmp_path,
        make_release("1.0", date(2023, 2, 1)),
        make_release("1.1", date(2023, 9, 1)),
        make_release("2.0", date(2025, 3, 1)),
    )["pypi-releases"]
    points = [(point.start.year, point.value, point.label) for point in trend.series[0].points]
    assert points == [(2023, 2, ""), (2024, 0, ""), (2025, 1, ""), (2026, 0, "so far")]


def test_late_releases_of_old_branches_do_not_zigzag(tmp_path: Path) -> None:
    sizes = {"metric": "wheel_bytes", "unit": "bytes"}
    trend = find(
        tmp_path,
        make_release("2.0", date(2024, 1, 1), value=500e6, **sizes),
        make_release("1.15.5", date(2024, 2, 1), value=100, **sizes),
        make_release("2.1", date(2024, 3, 1), value=510e6, **sizes),
    )["pypi-wheel-size"]
    assert [(point.label, point.value) for point in trend.series[0].points] == [
        ("2.0", 500.0),
        ("2.1", 510.0),
    ]


def test_shares_of_papers_are_over_steady_conferences(tmp_path: Path) -> None:
    def papers(subject: str, conference: str, year: int, value: int) -> Observation:
        metric = "conference_papers_all" if subject == "all" else "conference_papers"
        return make_observation(
            source="published", subject=subject, metric=metric, start=date(year, 1, 1),
            resolution="year", value=value, label=f"{conference} {year}", status="published",
        )  # fmt: skip

    ones = []
    for year, conferences in ((2019, "ABC"), (2020, "ABCD")):
        for conference in conferences:
            ones.append(papers("all", conference, year, 100))
            ones.append(papers("pytorch", conference, year, 10 if year == 2019 else 30))
    trend = find(tmp_path, *ones)["conference-papers"]
    assert [(point.start.year, point.value) for point in trend.series[0].points] == [
        (2019, 10.0),
        (2020, 30.0),
    ]
    assert trend.series[0].points[0].label == "A, B, C"
