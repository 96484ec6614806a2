"""A source that changes what it said of its past shows as a revision; a count of today does not."""

from datetime import date, timedelta
from pathlib import Path

from tests.dlsurvey.analysis.signal_samples import at, find, observe_months
from tests.dlsurvey.samples import NOON, make_observation

LATER = NOON + timedelta(days=60)


def test_a_revised_month_is_told_with_both_values(tmp_path: Path) -> None:
    questions = {"source": "stackoverflow", "metric": "questions_monthly"}
    whole = {"source": "stackoverflow", "metric": "questions_monthly_all", "subject": "all"}
    trends = find(
        tmp_path,
        *observe_months((100, 200), date(2026, 8, 1), **questions),
        *observe_months((1000, 1000), date(2026, 8, 1), **whole),
        *observe_months((90, 200), date(2026, 8, 1), retrieved_at=LATER, **questions),
        created_at=LATER,
    )
    (series,) = trends["stackoverflow-questions-monthly"].series
    assert [point.value for point in series.points] == [90, 200]
    assert [(one.start, one.first, one.now) for one in series.revisions] == [
        (date(2026, 8, 1), 100, 90)
    ]
    assert trends["stackoverflow-questions-monthly"].notes == (
        "Stack Overflow has revised the value of PyTorch for August 2026: from 100, as told in"
        " November 2026, to 90.",
    )
    (share,) = trends["stackoverflow-share"].series
    assert [(one.first, one.now) for one in share.revisions] == [(10.0, 9.0)]


def test_a_count_taken_twice_on_its_day_is_no_revision(tmp_path: Path) -> None:
    trend = find(
        tmp_path,
        make_observation(value=100),
        make_observation(value=110, retrieved_at=NOON + timedelta(hours=5)),
        created_at=NOON + timedelta(hours=6),
    )["github-stars"]
    assert [point.value for point in trend.series[0].points] == [110]
    assert not trend.revised


def test_draws_of_one_request_are_a_band(tmp_path: Path) -> None:
    draws = (50, 58, 54)
    trend = find(
        tmp_path,
        *(
            make_observation(
                source="google-trends", metric="search_interest", resolution="week",
                start=start, value=value + offset, label="one",
                retrieved_at=at(date(2026, 10, 1) + timedelta(days=7 * place)),
            )
            for place, value in enumerate(draws)
            for start, offset in ((date(2026, 9, 6), 0), (date(2026, 9, 13), -20 * (place > 1)))
        ),
    )["search-interest"]  # fmt: skip
    (series,) = trend.series
    assert [(one.low, one.high) for one in series.band] == [(50, 58), (34, 58)]
    assert [point.value for point in series.points] == [54, 34]
    assert "over 3 draws the value of PyTorch for the week of 13 September 2026 differed by 24" in (
        " ".join(trend.notes)
    )
