"""Turns weeks of GitHub's star history into those that are wholly past."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0, le=10**10)]
LATEST_EPOCH = 253_402_300_799
"""The end of the year 9999, the last that a date can hold."""


class Week(Struct, frozen=True):
    """The stars given in one week that are still given today."""

    week: Annotated[int, Meta(ge=0, le=LATEST_EPOCH)]
    """Its first second, in seconds since 1970."""
    total: Count
    days: Annotated[list[Count], Meta(min_length=7, max_length=7)]

    @property
    def start(self) -> date:
        """Its first day."""
        return datetime.fromtimestamp(self.week, UTC).date()

    def explain_fault(self) -> str:
        """Why it cannot be used; empty where it adds up."""
        if sum(self.days) == self.total:
            return ""
        return (
            f"GitHub's star history does not add up in the week of {self.start}:"
            f" its days sum to {sum(self.days)}, its total is {self.total}."
        )


def select_past(weeks: Iterable[Week], today: date) -> Iterator[tuple[date, int]]:
    """First day and stars of every week that is over; the running week is no whole week."""
    for week in weeks:
        if (today - week.start) >= timedelta(days=7):
            yield week.start, week.total
