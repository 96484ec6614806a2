"""Turns a day into the months that are over by then."""

from collections.abc import Iterator
from datetime import date


def list_past_months(today: date, count: int) -> Iterator[date]:
    """The first days of the newest months that are over, newest first."""
    month = today.replace(day=1)
    for _ in range(count):
        month = previous_month(month)
        yield month


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1, day=1)


def previous_month(month: date) -> date:
    """The first day of the month before."""
    return (
        month.replace(year=month.year - 1, month=12, day=1)
        if month.month == 1
        else month.replace(month=month.month - 1, day=1)
    )
