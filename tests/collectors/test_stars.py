"""Weeks of the star history are kept when they are over and add up."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collectors.stars import Week, select_past


@given(
    st.lists(st.integers(0, 1500), max_size=60),
    st.lists(st.integers(0, 10**6), min_size=7, max_size=7),
    st.dates(date(1980, 1, 1), date(2030, 1, 1)),
)
def test_only_weeks_that_are_over_are_kept(
    numbers: list[int], days: list[int], today: date
) -> None:
    weeks = [Week(number * 604_800, sum(days), days) for number in numbers]
    for start, total in select_past(weeks, today):
        assert start + timedelta(days=7) <= today
        assert total == sum(days)


@given(st.integers(1, 10**6))
def test_weeks_that_do_not_add_up_are_refused(difference: int) -> None:
    days = [1, 2, 3, 4, 5, 6, 7]
    assert Week(0, 28, days).explain_fault() == ""
    assert "does not add up" in Week(0, 28 + difference, days).explain_fault()


def test_the_constructed_week_starts_on_a_sunday() -> None:
    assert datetime(2026, 11, 15, tzinfo=UTC).strftime("%A") == "Sunday"
