"""Popularity claims compare values of one source and one day newer than they are, never proxies."""

from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import pytest

from dlsurvey.analysis.advice import advise
from dlsurvey.analysis.claim_data import read_claims
from dlsurvey.analysis.claim_dates import find_year
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.findings import SO_FAR, Claim, ClaimVerdict, Point, Provenance, Series, Trend

Values = dict[date, float]
NEW, OLD = date(2026, 8, 22), date(2022, 12, 31)


def make_trend(metric: str, *told: tuple[str, str, Values], **changes: Any) -> Trend:
    """One trend of series (source, subject, values)."""
    label = changes.pop("label", "")
    resolution = changes.pop("resolution", "day")
    series = tuple(
        Series(
            source=source,
            metric=metric,
            retrieved_at=datetime(2026, 8, 22, tzinfo=UTC),
            subject=subject,
            title=subject,
            points=tuple(
                Point(start=day, value=value, status="live") for day, value in values.items()
            ),
            resolution=resolution,
            method="observed",
            label=label,
        )
        for source, subject, values in told
    )
    fields = {
        "key": metric,
        "title": f"Title of {metric}",
        "unit": "counts",
        "meaning": "",
        "kind": "lines",
        "series": series,
        "sentence": "",
        "alt": "",
        "provenance": tuple(
            Provenance(source=f"Source {one.source}", status="live", date=NEW) for one in series
        ),
    }
    return Trend(**(fields | changes))


def pair_up(metric: str, tensorflow: float, pytorch: float, **changes: Any) -> Trend:
    return make_trend(
        metric,
        ("github", "tensorflow", {NEW: tensorflow}),
        ("github", "pytorch", {NEW: pytorch}),
        **changes,
    )


def find(*trends: Trend) -> dict[str, Claim]:
    return {claim.id: claim for claim in find_claims((), trends)}


@pytest.mark.parametrize(
    ("tensorflow", "pytorch", "verdict"),
    [
        (300, 100, "holds"),
        (197_213, 102_529, "inconclusive"),
        (90, 100, "reversed"),
        (100, 100, "equivalent"),
    ],
)
def test_three_times_as_many_stars(
    tensorflow: float, pytorch: float, verdict: ClaimVerdict
) -> None:
    claim = find(pair_up("stars", tensorflow, pytorch))["stars-ratio"]
    assert claim.verdict == verdict
    assert "(Source github, 22 August 2026)" in claim.now
    assert ("The direction of the claim stands, its size does not." in claim.why) == (
        verdict == "inconclusive"
    )


def test_the_ratio_is_printed_with_its_day() -> None:
    claim = find(pair_up("stars", 197_213, 102_529))["stars-ratio"]
    assert (
        "(22 August 2026): TensorFlow is ahead with 1.92 times the value of PyTorch." in claim.why
    )
    assert claim.evidence == ("signal/stars/github",)


def test_values_of_two_sources_or_two_days_are_never_set_side_by_side() -> None:
    across = make_trend(
        "stars",
        ("github", "tensorflow", {NEW: 1.0}),
        ("published", "pytorch", {NEW: 300.0, OLD: 7.0}),
        ("github", "pytorch", {OLD: 300.0}),
    )
    claim = find(across)["stars-ratio"]
    assert claim.verdict == "inconclusive"
    assert not claim.now
    assert "`dlsurvey collect github`" in claim.why


def test_the_newest_day_that_both_have_is_compared() -> None:
    trend = make_trend(
        "stars",
        ("published", "tensorflow", {OLD: 10.0}),
        ("published", "pytorch", {OLD: 20.0}),
        ("github", "tensorflow", {date(2026, 8, 21): 30.0, NEW: 99.0}),
        ("github", "pytorch", {date(2026, 8, 21): 10.0}),
    )
    claim = find(trend)["stars-ratio"]
    assert claim.verdict == "holds"
    assert "TensorFlow 30, PyTorch 10 (Source github, 21 August 2026)" in claim.now


def test_a_period_that_is_not_over_is_left_out() -> None:
    points = (
        Point(start=date(2025, 1, 1), value=5.0, status="live"),
        Point(start=date(2026, 1, 1), value=1.0, status="live", label=SO_FAR),
    )
    trend = pair_up("questions_yearly", 1, 2, resolution="year")
    series = tuple(
        Series(**{name: getattr(one, name) for name in one.__struct_fields__} | {"points": points})
        for one in trend.series
    )
    fields = {name: getattr(trend, name) for name in trend.__struct_fields__}
    claim = find(Trend(**fields | {"series": series}))["stack-overflow"]
    assert "5, PyTorch 5 (Source github, 2025)" in claim.now


def test_the_trend_with_the_unit_of_the_claim_is_read() -> None:
    claims = find(
        pair_up("paper_links_monthly", 30, 70, unit="% of links with a framework"),
        pair_up("paper_links_monthly", 18, 47, unit="% of all links"),
    )
    assert "PyTorch 47 %, TensorFlow 18 %" in claims["paper-share"].now
    assert claims["paper-share"].verdict == "holds"


def test_signals_that_disagree_leave_a_claim_open_each_on_its_own() -> None:
    claim = find(
        pair_up("stars", 2, 1), pair_up("questions_yearly", 2, 1), pair_up("downloads_daily", 1, 2)
    )["community"]
    assert claim.verdict == "inconclusive"
    assert claim.why.count("TensorFlow is ahead") == 2
    assert claim.why.count("PyTorch is ahead") == 1
    assert len(claim.evidence) == 3


def test_proxies_never_decide() -> None:
    claim = find(pair_up("downloads_daily", 1, 9), pair_up("job_posts_monthly", 1, 9))["production"]
    assert claim.verdict == "inconclusive"
    assert "proxies" in claim.why


@pytest.mark.parametrize(
    ("tensorflow", "pytorch", "verdict"),
    [(20, 80, "holds"), (40, 60, "inconclusive"), (60, 40, "reversed"), (0, 0, "inconclusive")],
)
def test_three_quarters_of_the_mentions(
    tensorflow: float, pytorch: float, verdict: ClaimVerdict
) -> None:
    claim = find(pair_up("conference_papers", tensorflow, pytorch))["conference-share"]
    assert claim.verdict == verdict
    if pytorch:
        assert f"PyTorch has {pytorch} % (22 August 2026)" in claim.why


WEEKS = [date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 15), date(2024, 1, 22)]


@pytest.mark.parametrize(
    ("pytorch", "verdict", "words"),
    [
        (
            (1, 1, 9, 9),
            "holds",
            "first time in this series (the week of 15 January 2024), and ever",
        ),
        ((9, 9, 9, 9), "holds", "ahead when this series began (the week of 1 January 2024)"),
        ((1, 9, 1, 9), "holds", "lately without a break (the week of 22 January 2024 and after)"),
        ((1, 9, 1, 1), "reversed", "but no longer after the week of 8 January 2024"),
        ((1, 1, 1, 1), "reversed", "PyTorch never was"),
        ((1, 1, 1, 5), "equivalent", "are level"),
    ],
)
def test_the_crossing_is_computed_from_the_series(
    pytorch: tuple[float, ...], verdict: ClaimVerdict, words: str
) -> None:
    trend = make_trend(
        "search_interest",
        ("google-trends", "tensorflow", dict.fromkeys(WEEKS, 5.0)),
        ("google-trends", "pytorch", dict(zip(WEEKS, pytorch, strict=True))),
        resolution="week",
    )
    claim = find(trend)["search-interest"]
    assert claim.verdict == verdict
    assert words in claim.why


def test_two_requests_of_one_source_have_no_common_scale() -> None:
    first = make_trend("search_interest", ("google-trends", "tensorflow", {NEW: 1.0}), label="one")
    second = make_trend("search_interest", ("google-trends", "pytorch", {NEW: 9.0}), label="two")
    both = Trend(
        **{name: getattr(first, name) for name in first.__struct_fields__}
        | {"series": first.series + second.series, "provenance": first.provenance * 2}
    )
    assert not find(both)["search-interest"].now


def test_pretrained_models_differ_or_do_not() -> None:
    differing = find(pair_up("hub_models", 3, 9))["models-available"]
    assert differing.verdict == "holds"
    assert differing.why.startswith("PyTorch has the most, TensorFlow the least.")
    assert find(pair_up("hub_models", 3, 3))["models-available"].verdict == "equivalent"


THEN = {date(2020, 1, 1): 100.0}
MORE = {date(2020, 1, 1): 300.0}


def count_papers(**changes: Any) -> Trend:
    """A count that ended in the time in which the claims were made."""
    return make_trend(
        "conference_papers",
        ("published", "tensorflow", THEN),
        ("published", "pytorch", MORE),
        resolution="year",
        **changes,
    )


def test_a_claim_is_as_old_as_its_newest_source() -> None:
    assert find_year(("ccsc2019", "stateofai2020")) == 2020
    assert find_year(("practice2022", "article2020")) == 2022
    assert find_year(("an-undated-work",)) is None
    assert find_year(()) is None


def test_every_claim_of_the_ledger_has_a_year() -> None:
    assert all(find_year(claim.sources) for claim in read_claims())


@pytest.mark.parametrize("claim_id", ["conference-share", "research"])
def test_data_of_the_time_of_a_claim_do_not_confirm_it(claim_id: str) -> None:
    claim = find(count_papers())[claim_id]
    assert claim.verdict == "inconclusive"
    assert not claim.now
    assert "No count newer than 2020 is known to this edition" in claim.why
    assert "what is not newer than a claim cannot test it" in claim.why
    assert claim.evidence == ("signal/conference_papers/published",)


def test_advice_that_rested_on_old_data_is_undecided() -> None:
    claims = find(count_papers())
    advice = {one.purpose: one for one in advise((), claims.values())}["Following research"]
    assert not advice.choice
    assert "No count newer than 2020" in advice.because


@pytest.mark.parametrize(("year", "verdict"), [(2021, "inconclusive"), (2022, "holds")])
def test_the_year_after_the_claim_tests_it(year: int, verdict: ClaimVerdict) -> None:
    trend = make_trend(
        "conference_papers",
        ("published", "tensorflow", {date(year, 1, 1): 20.0}),
        ("published", "pytorch", {date(year, 1, 1): 80.0}),
        resolution="year",
    )
    claim = find(trend)["conference-share"]
    assert claim.verdict == verdict
    assert ("No count newer than 2021" in claim.why) == (verdict == "inconclusive")


def test_old_signals_stand_beside_newer_ones_and_decide_nothing() -> None:
    papers = pair_up("paper_links_monthly", 9, 1)
    claim = find(papers, count_papers(), pair_up("works_yearly", 9, 1))["research"]
    assert claim.verdict == "reversed"
    assert claim.now.endswith(
        "Title of works_yearly: PyTorch 1, TensorFlow 9 (Source github, 22 August 2026)"
    )
    assert "No count newer than 2020" in claim.why
    assert len(claim.evidence) == 3


def test_no_verdict_grows_stronger_because_something_is_missing() -> None:
    signals = [pair_up(metric, 9, 1) for metric in ("stars", "questions_yearly", "downloads_daily")]
    every = find(*signals)["community"]
    assert every.verdict == "holds"
    for count in range(3):
        for some in combinations(signals, count):
            claim = find(*some)["community"]
            assert claim.verdict == "inconclusive"
            assert ("is missing, so that it is not decided" in claim.why) == bool(some)


def test_a_newer_metric_stands_in_for_an_older_one() -> None:
    monthly = make_trend(
        "questions_monthly",
        ("published", "tensorflow", {date(2021, 5, 1): 1.0}),
        ("published", "pytorch", {date(2021, 5, 1): 2.0}),
        resolution="month",
    )
    claim = find(monthly, pair_up("questions_yearly", 30, 10))["stack-overflow"]
    assert claim.verdict == "holds"
    assert "No count newer" not in claim.why
    assert "No count newer than May 2021" in find(monthly)["stack-overflow"].why


@pytest.mark.parametrize("metric", ["search_interest", "job_posts_monthly", "hub_models"])
def test_no_kind_of_test_reads_old_data(metric: str) -> None:
    day = date(2022, 6, 1)
    trend = make_trend(
        metric, ("a", "tensorflow", {day: 1.0}), ("a", "pytorch", {day: 9.0}), resolution="month"
    )
    told = [one for one in find(trend).values() if f"signal/{metric}/a" in one.evidence]
    assert told
    assert {one.verdict for one in told} == {"inconclusive"}
    assert all("No count newer than June 2022" in one.why for one in told)
