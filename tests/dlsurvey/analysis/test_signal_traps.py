"""Each trap that a source sets, at the level of what the report says and draws."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from collectors.subjects import SUBJECTS, Subject
from dlsurvey.analysis.findings import Trend
from dlsurvey.figures.runs import split_at_holes
from dlsurvey.records import Observation
from tests.dlsurvey.analysis.signal_samples import at, find, observe_days, observe_months
from tests.dlsurvey.samples import NOON, make_observation

MONDAY = date(2026, 9, 7)


def values(trend: Trend, place: int = 0) -> list[float]:
    return [point.value for point in trend.series[place].points]


def test_retained_and_observed_stars_are_two_signals(tmp_path: Path) -> None:
    retained = make_observation(
        metric="stars_retained_weekly",
        resolution="week",
        start=date(2026, 11, 2),
        value=300,
        method="retained",
    )
    trends = find(tmp_path, make_observation(), retained)
    assert set(trends) == {"github-stars", "github-stars-weekly"}
    assert {one.method for one in trends["github-stars"].series} == {"observed"}
    assert {one.method for one in trends["github-stars-weekly"].series} == {"retained"}


WEEK = (100, 110, 120, 115, 105, 50, 45)
"""Downloads from Monday to Sunday, in thousands: half as many at the end."""


def count_downloads(low: dict[int, float], *, weeks: int = 26) -> list[Observation]:
    """Every package's days; of the days in `low` only that share."""
    first = MONDAY - timedelta(weeks=weeks - 8)
    return [
        one
        for place, name in enumerate(("tensorflow", "torch", "jax"))
        for one in observe_days(
            [
                round(WEEK[day % 7] * 1000 * (place + 1) * (1 + day / 700) * low.get(day, 1.0))
                for day in range(7 * weeks)
            ],
            first,
            source="pypistats",
            metric="downloads_daily",
            subject="pytorch" if name == "torch" else name,
            label=name,
        )
    ]


@pytest.mark.parametrize(
    "low",
    [{72: 0.0, 73: 0.0}, {70: 0.2}, {72: 0.0, 110: 0.1}],
    ids=["two weekdays", "one", "two weeks"],
)
def test_days_without_counts_are_no_fall(tmp_path: Path, low: dict[int, float]) -> None:
    trend = find(tmp_path, *count_downloads(low))["pypi-downloads-weekly"]
    first = MONDAY - timedelta(weeks=18)
    lost = {first + timedelta(days=day - day % 7) for day in low}
    for series in trend.series:
        assert not lost & {point.start for point in series.points}
        assert len(series.points) == 26 - len(lost)
    days = {
        outage.start + timedelta(days=day)
        for outage in trend.outages
        for day in range((outage.end - outage.start).days + 1)
    }
    assert days == {first + timedelta(days=day) for day in low}
    assert "fell" not in trend.alt
    assert "rose from" in trend.alt
    assert any("an outage of the source that counts downloads" in note for note in trend.notes)


def test_a_holiday_is_no_outage(tmp_path: Path) -> None:
    trend = find(tmp_path, *count_downloads({72: 0.4, 73: 0.5}))["pypi-downloads-weekly"]
    assert trend.outages == ()
    assert all(len(series.points) == 26 for series in trend.series)


def test_one_package_without_counts_is_news(tmp_path: Path) -> None:
    whole = count_downloads({})
    fallen = [one for one in count_downloads({72: 0.0, 73: 0.0}) if one.label == "jax"]
    ones = [one for one in whole if one.label != "jax"] + fallen
    trend = find(tmp_path, *ones)["pypi-downloads-weekly"]
    assert trend.outages == ()
    assert all(len(series.points) == 26 for series in trend.series)


def test_future_days_are_dropped(tmp_path: Path) -> None:
    tomorrow = make_observation(start=date(2026, 11, 21), value=0)
    trend = find(tmp_path, make_observation(), tomorrow)["github-stars"]
    assert [point.start for point in trend.series[0].points] == [date(2026, 11, 20)]


def test_weeks_months_and_years_that_are_not_over_are_dropped(tmp_path: Path) -> None:
    trends = find(
        tmp_path,
        *observe_months(
            (10, 20, 3), date(2026, 9, 1), source="stackoverflow", metric="questions_monthly"
        ),
        make_observation(
            source="openalex", metric="works_yearly", resolution="year", start=date(2025, 1, 1),
            value=900,
        ),
        make_observation(
            source="openalex", metric="works_yearly", resolution="year", start=date(2026, 1, 1),
            value=700,
        ),
        make_observation(
            source="google-trends", metric="search_interest", resolution="week",
            start=date(2026, 11, 8), value=80, label="request",
        ),
        make_observation(
            source="google-trends", metric="search_interest", resolution="week",
            start=date(2026, 11, 15), value=20, label="request",
        ),
    )  # fmt: skip
    assert values(trends["stackoverflow-questions-monthly"]) == [10, 20]
    assert values(trends["works-yearly"]) == [900]
    assert values(trends["search-interest"]) == [80]


def test_only_whole_weeks_are_summed_and_the_others_are_holes(tmp_path: Path) -> None:
    days = [1.0] * 3 + [10.0] * 14 + [10.0] * 3 + [None] + [10.0] * 3 + [10.0] * 7 + [5.0] * 2
    trend = find(
        tmp_path,
        *observe_days(
            days, MONDAY - timedelta(days=3),
            source="pypistats", metric="downloads_daily", label="torch",
        ),
    )["pypi-downloads-weekly"]  # fmt: skip
    assert [(point.start - MONDAY).days for point in trend.series[0].points] == [0, 7, 21]
    assert values(trend) == [70, 70, 70]
    assert [len(run) for run in split_at_holes(trend.series[0].points)] == [2, 1]


def test_two_packages_of_one_framework_are_two_series(tmp_path: Path) -> None:
    ones: list[Observation] = []
    for package in ("torch", "torchvision"):
        ones += observe_days(
            [1.0] * 7, MONDAY, source="pypistats", metric="downloads_daily", label=package
        )
    trend = find(tmp_path, *ones)["pypi-downloads-weekly"]
    assert [one.title for one in trend.series] == ["PyTorch (torch)", "PyTorch (torchvision)"]
    assert [values(trend, place) for place in (0, 1)] == [[7.0], [7.0]]


def test_shares_need_their_whole(tmp_path: Path) -> None:
    trends = find(
        tmp_path,
        *observe_months(
            (10, 20, 30), date(2026, 1, 1), source="stackoverflow", metric="questions_monthly"
        ),
        *observe_months(
            (100, None, 0), date(2026, 1, 1),
            source="stackoverflow", metric="questions_monthly_all", subject="all",
        ),
    )  # fmt: skip
    assert values(trends["stackoverflow-questions-monthly"]) == [10, 20, 30]
    assert values(trends["stackoverflow-share"]) == [10.0]


def test_archive_is_shown_with_and_without_none_and_visibly_ends(tmp_path: Path) -> None:
    def links(metric: str, subject: str, counts: tuple[float, ...]) -> list[Observation]:
        return observe_months(
            counts, date(2025, 6, 1),
            source="papers-with-code", metric=metric, subject=subject, status="archived",
        )  # fmt: skip

    trends = find(
        tmp_path,
        *links("paper_links_monthly", "pytorch", (30, 15)),
        *links("paper_links_monthly_all", "all", (100, 50)),
        *links("paper_links_monthly_none", "all", (40, 20)),
    )
    assert values(trends["papers-with-code-share"]) == [50.0, 50.0]
    assert values(trends["papers-with-code-share-all"]) == [30.0, 30.0]
    for key in ("papers-with-code-share", "papers-with-code-share-all"):
        assert trends[key].ended == date(2025, 7, 31)
        assert any("The archive ended in July 2025" in note for note in trends[key].notes)
        assert "The archive ended in July 2025" in trends[key].alt


def request(value: float, label: str, when: datetime, **changes: object) -> Observation:
    given: dict[str, object] = {
        "source": "google-trends", "metric": "search_interest", "resolution": "week",
        "start": date(2026, 1, 4), "value": value, "label": label, "retrieved_at": when,
    }  # fmt: skip
    return make_observation(**(given | changes))


def test_requests_are_never_joined_and_the_newest_is_drawn(tmp_path: Path) -> None:
    trend = find(
        tmp_path,
        request(50, "PyTorch; world", NOON - timedelta(days=9)),
        request(90, "PyTorch; Korea", NOON, start=date(2026, 2, 1)),
        request(70, "PyTorch; world", NOON - timedelta(days=9), start=date(2026, 3, 1)),
    )["search-interest"]
    assert [one.label for one in trend.series] == ["PyTorch; Korea"]
    assert values(trend) == [90]
    assert any("cannot be joined" in note for note in trend.notes)


def test_an_imported_request_has_a_figure_of_its_own(tmp_path: Path) -> None:
    imported = request(
        100, "export", NOON,
        source="import-google-trends", status="imported", method="imported",
    )  # fmt: skip
    both = find(tmp_path / "both", request(50, "live", NOON), imported)
    assert [one.source for one in both["search-interest"].series] == ["google-trends"]
    apart = both["search-interest-import-google-trends"]
    assert [one.source for one in apart.series] == ["import-google-trends"]
    alone = find(tmp_path / "alone", imported)
    assert "Shown are imported values" in " ".join(alone["search-interest"].notes)


def test_deep_learning_itself_is_the_overview(tmp_path: Path) -> None:
    one = request(77, "deep learning", NOON, metric="deep_learning_interest", subject="all")
    trend = find(tmp_path, one)["deep-learning-interest"]
    assert trend.series[0].title == "Deep learning"
    assert "77" in trend.sentence


def test_repository_that_moved_is_one_series_under_its_present_name(tmp_path: Path) -> None:
    def stars(day: date, value: float, label: str) -> Observation:
        return make_observation(
            subject="jax", start=day, value=value, label=label, retrieved_at=at(day)
        )

    trend = find(
        tmp_path,
        stars(date(2024, 1, 1), 27000, "google/jax"),
        stars(date(2024, 1, 2), 27010, "google/jax"),
        stars(date(2024, 1, 3), 27020, "jax-ml/jax"),
    )["github-stars"]
    assert [(one.title, one.label) for one in trend.series] == [("JAX", "jax-ml/jax")]
    assert values(trend) == [27000, 27010, 27020]
    assert any("jax-ml/jax was google/jax before" in note for note in trend.notes)


@pytest.mark.parametrize("numbered", [True, False])
def test_a_name_that_changes_within_a_day_leaves_one_line(tmp_path: Path, numbered: bool) -> None:
    def count(day: date, hour: int, value: float, label: str) -> list[Observation]:
        when = at(day).replace(hour=hour)
        told = [("stars", value), *([("repository_id", 154739597)] if numbered else [])]
        return [
            make_observation(
                subject="jax",
                metric=metric,
                start=day,
                value=number,
                label=label,
                retrieved_at=when,
            )
            for metric, number in told
        ]

    trend = find(
        tmp_path,
        *count(date(2024, 1, 1), 9, 27000, "jax-ml/jax"),
        *count(date(2024, 1, 2), 9, 27010, "jax-ml/jax"),
        *count(date(2024, 1, 2), 18, 27015, "a-new/jax"),
        *count(date(2024, 1, 3), 9, 27020, "a-new/jax"),
    )["github-stars"]
    assert [(one.title, one.label) for one in trend.series] == [("JAX", "a-new/jax")]
    assert values(trend) == [27000, 27015, 27020]


def test_a_number_tells_repositories_apart_and_lines_bear_names_of_their_own(
    tmp_path: Path,
) -> None:
    trend = find(
        tmp_path,
        *(
            make_observation(subject="jax", metric=metric, start=day, value=value, label=label)
            for label, number, day in (
                ("google/jax", 1, date(2024, 1, 1)), ("jax-ml/jax", 2, date(2024, 1, 3))
            )
            for metric, value in (("stars", 27000), ("repository_id", number))
        ),
    )["github-stars"]  # fmt: skip
    assert [one.title for one in trend.series] == ["JAX (google/jax)", "JAX (jax-ml/jax)"]


@pytest.mark.parametrize(
    ("second", "value"), [("jax-ml/jax", 500.0), ("other/thing", 27020.0), ("google/flax", 6000.0)]
)
def test_another_repository_is_not_a_new_name(tmp_path: Path, second: str, value: float) -> None:
    trend = find(
        tmp_path,
        make_observation(subject="jax", start=date(2024, 1, 1), value=27000, label="google/jax"),
        make_observation(subject="jax", start=date(2024, 1, 3), value=value, label=second),
    )["github-stars"]
    assert len(trend.series) == 2


def test_a_subject_of_the_user_has_its_series(tmp_path: Path) -> None:
    mindspore = Subject(name="mindspore", title="MindSpore")
    ones = (make_observation(), make_observation(subject="mindspore", value=4200))
    trend = find(tmp_path, *ones, subjects=(*SUBJECTS, mindspore))["github-stars"]
    assert [one.title for one in trend.series] == ["PyTorch", "MindSpore"]
    assert find(tmp_path / "without", *ones)["github-stars"].series[0].title == "PyTorch"


def test_models_of_the_hub_are_bars_of_their_newest_count(tmp_path: Path) -> None:
    trend = find(
        tmp_path,
        *observe_days((5, 6), date(2026, 11, 19), source="huggingface", metric="hub_models",
                      label="pytorch"),
        *observe_days((3,), date(2026, 11, 18), source="huggingface", metric="hub_models",
                      subject="tensorflow", label="tf"),
    )["hub-models"]  # fmt: skip
    assert trend.kind == "bars"
    assert [(one.title, values(trend, place)) for place, one in enumerate(trend.series)] == [
        ("TensorFlow", [3]),
        ("PyTorch", [6]),
    ]
    assert len({one.points[0].label for one in trend.series}) == 1
    assert "never shares of one whole" in trend.meaning


def test_releases_on_github_are_counted_by_year(tmp_path: Path) -> None:
    trend = find(
        tmp_path,
        *(
            make_observation(metric="github_release", value=1, label=tag, start=day)
            for tag, day in (("v1", date(2025, 3, 1)), ("v2", date(2025, 9, 1)))
        ),
    )["github-releases"]
    assert [(point.value, point.label) for point in trend.series[0].points] == [
        (2, ""),
        (0, "so far"),
    ]
