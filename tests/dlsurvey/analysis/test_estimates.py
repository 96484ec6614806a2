"""What chance may have made is no finding: intervals, windows and least counts of events."""

import random
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.courses import describe_finding
from dlsurvey.analysis.crossings import find_crossings
from dlsurvey.analysis.estimates import (
    LEAST_COUNT,
    Z,
    compare,
    find_count_interval,
    find_ratio,
    find_share_interval,
    find_window,
)
from dlsurvey.analysis.findings import Claim, Point, Trend
from dlsurvey.records import Observation
from tests.dlsurvey.analysis.signal_samples import find, observe_months

TRIALS = 400
FIRST = date(2023, 8, 1)


@given(st.integers(1, 500), st.integers(0, 500))
def test_the_ends_of_a_share_are_those_that_the_score_test_just_lets_pass(a: int, b: int) -> None:
    for end in find_share_interval(a, a + b):
        spread = sqrt(end * (1 - end) / (a + b))
        assert abs(a / (a + b) - end) == pytest.approx(Z * spread, abs=1e-6) or end in (0.0, 1.0)


@given(st.integers(0, 10_000))
def test_the_ends_of_a_count_are_those_that_the_score_test_just_lets_pass(count: int) -> None:
    for end in find_count_interval(count):
        assert abs(count - end) == pytest.approx(Z * sqrt(end), abs=1e-6)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_ratio_lies_in_its_interval_and_turns_with_the_sides(a: int, b: int) -> None:
    if a + b == 0:
        return
    low, high = find_ratio(a, b)
    assert low * b <= a + 1e-9
    assert b == 0 or high * b >= a - 1e-9
    if low > 0:
        assert find_ratio(b, a).high == pytest.approx(1 / low)


def make(values: list[float], whole: float | None = None) -> list[Point]:
    return [
        Point(start=FIRST + timedelta(days=31 * place), value=value, status="live")
        if whole is None
        else Point(
            start=FIRST + timedelta(days=31 * place), value=100 * value / whole, status="live",
            count=value, whole=whole,
        )
        for place, value in enumerate(values)
    ]  # fmt: skip


def test_equal_rates_are_rarely_told_apart() -> None:
    drawn = random.Random(7)
    told = 0
    for _ in range(TRIALS):
        a, b = (sum(drawn.random() < 0.05 for _ in range(1000)) for _ in range(2))
        told += compare(make([a]), make([b]), "count").outcome in ("higher", "lower")
    assert told <= 0.08 * TRIALS


def test_too_few_tell_nothing() -> None:
    few = LEAST_COUNT - 1
    assert compare(make([few]), make([0]), "count").outcome is None
    assert compare(make([LEAST_COUNT]), make([0]), "count").outcome == "higher"
    assert compare(make([0.0, 0.0], 2), make([0.0, 0.0], 2), "share").outcome is None


def test_a_census_is_read_as_it_is() -> None:
    assert compare(make([3]), make([2]), "census").outcome == "higher"
    assert compare(make([2]), make([2]), "census").outcome == "equivalent"


def test_level_is_said_only_where_it_is_shown() -> None:
    assert compare(make([30]), make([30]), "count").outcome is None
    assert compare(make([30_000]), make([30_100]), "count").outcome == "equivalent"


@pytest.mark.parametrize(
    ("ahead", "periods", "outcome"), [(13, 13, "higher"), (8, 13, None), (7, 7, None)]
)
def test_an_index_tells_by_its_periods(ahead: int, periods: int, outcome: str | None) -> None:
    first = make([9.0] * ahead + [1.0] * (periods - ahead))
    assert compare(first, make([5.0] * periods), "index").outcome == outcome


def test_a_window_reaches_back_over_the_calendar() -> None:
    months = [date(2024, month, 1) for month in range(1, 13)] + [date(2025, 3, 1)]
    assert find_window(months, "month")[0] == date(2024, 4, 1)
    assert find_window(months, "year") == [date(2025, 3, 1)]


def count_links(tensorflow: list[int], pytorch: list[int], whole: list[int]) -> list[Observation]:
    fields: dict[str, Any] = {"source": "import-papers-with-code", "status": "imported"}
    return [
        *observe_months(
            tensorflow, FIRST, metric="paper_links_monthly", subject="tensorflow", **fields
        ),
        *observe_months(pytorch, FIRST, metric="paper_links_monthly", **fields),
        *observe_months(whole, FIRST, metric="paper_links_monthly_all", subject="all", **fields),
        *observe_months(
            [0] * len(whole), FIRST, metric="paper_links_monthly_none", subject="all", **fields
        ),
    ]


def answer(trends: dict[str, Trend]) -> dict[str, Claim]:
    return {claim.id: claim for claim in find_claims((), tuple(trends.values()))}


def test_a_last_month_of_two_links_is_no_finding(tmp_path: Path) -> None:
    ones = count_links([8] * 23 + [0], [40] * 23 + [0], [100] * 23 + [2])
    trends = find(tmp_path, *ones)
    trend = trends["papers-with-code-share-all"]
    assert {one.points[-1].start for one in trend.series} == {date(2025, 6, 1)}
    assert " 0 %" not in trend.sentence
    assert "PyTorch 40 % (" in trend.sentence
    assert "July 2024 to June 2025" in trend.sentence
    claim = answer(trends)["paper-share"]
    assert claim.verdict == "holds"
    assert "PyTorch 40 % (37.3 % to 42.8 %), TensorFlow 8 % (" in claim.now
    assert "July 2024 to June 2025" in claim.now
    assert "with 5 times the value of TensorFlow (95 % interval 4.0" in claim.why


@pytest.mark.parametrize(
    ("tensorflow", "pytorch"), [([2] * 24, [3] * 24), ([1] * 24, [0] * 24), ([0] * 24, [0] * 24)]
)
def test_what_may_be_chance_decides_no_claim(
    tmp_path: Path, tensorflow: list[int], pytorch: list[int]
) -> None:
    claim = answer(find(tmp_path, *count_links(tensorflow, pytorch, [100] * 24)))["paper-share"]
    assert claim.verdict == "inconclusive"
    assert "may be chance" in claim.why


def test_a_ratio_is_met_only_with_its_whole_interval(tmp_path: Path) -> None:
    def ask(tensorflow: int, folder: str) -> Claim:
        questions = [
            *observe_months(
                [tensorflow] * 40, FIRST, source="stackoverflow", metric="questions_monthly",
                subject="tensorflow",
            ),
            *observe_months([10] * 40, FIRST, source="stackoverflow", metric="questions_monthly"),
        ]  # fmt: skip
        return answer(find(tmp_path / folder, *questions))["stack-overflow"]

    assert ask(21, "near").verdict == "inconclusive"
    assert "The direction of the claim stands, its size does not." in ask(21, "again").why
    assert ask(40, "far").verdict == "holds"


def test_no_order_is_told_that_chance_may_have_made(tmp_path: Path) -> None:
    near, far = (
        find(tmp_path / str(other), *count_links([5] * 24, [other] * 24, [100] * 24))
        for other in (6, 40)
    )
    finding = describe_finding(near["papers-with-code-share-all"])
    assert "at the top PyTorch and TensorFlow differ by no more than chance may bring" in (
        finding.replace("TensorFlow and PyTorch", "PyTorch and TensorFlow")
    )
    assert "went from" in finding
    assert "above all others" in describe_finding(far["papers-with-code-share-all"]) or (
        "PyTorch is highest" in describe_finding(far["papers-with-code-share-all"])
    )


def test_nobody_passes_anybody_by_chance(tmp_path: Path) -> None:
    def draw(folder: str, last: tuple[int, int]) -> tuple[Trend, ...]:
        ones = count_links([40] * 23 + [last[0]], [40] * 23 + [last[1]], [100] * 24)
        return tuple(find(tmp_path / folder, *ones).values())

    assert find_crossings(draw("before", (42, 38)), draw("after", (38, 42))) == ()


def test_who_clearly_passes_is_told_once_chance_is_ruled_out(tmp_path: Path) -> None:
    def draw(months: int) -> tuple[Trend, ...]:
        low, high = ([20] * 12 + [60] * 12)[:months], ([60] * 12 + [20] * 12)[:months]
        ones = count_links(high, low, [100] * months)
        return tuple(find(tmp_path / str(months), *ones).values())

    before, after = draw(12), draw(24)
    changes = find_crossings(before, after)
    assert {change.now for change in changes} == {"PyTorch ahead"}
    assert all("passed TensorFlow in" in change.sentence for change in changes)
