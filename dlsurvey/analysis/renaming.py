"""Turns the names that one thing has had in a series, such as a repository that moved, into one.

Two labels are names of one thing where the source gives both the same number. Where it tells none,
they are where they share the owner or the name after the slash, in any case, the later is first
counted no sooner than on the last day of the earlier, which was there before, and the count goes on
within `STEP` of where it stood.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

STEP = 0.1


class Run(NamedTuple):
    """One label's first and last count."""

    label: str
    first: date
    first_value: float
    last: date
    last_value: float
    told: datetime
    """When the source named it last."""
    number: float | None = None
    """The source's own number of what bears the label; None where it told none."""


def find_present_names(runs: Sequence[Run]) -> Mapping[str, str]:
    """For each label, the one that is in use now; most stand for themselves."""
    chains: list[list[Run]] = []
    for run in sorted(runs, key=lambda one: (one.first, one.last, one.told, one.label)):
        chain = next((one for one in chains if _goes_on(one[-1], run)), None)
        if chain is None:
            chains.append([run])
        else:
            chain.append(run)
    return {
        run.label: max(chain, key=lambda one: one.told).label for chain in chains for run in chain
    }


def _goes_on(earlier: Run, later: Run) -> bool:
    if earlier.number is not None and later.number is not None:
        return earlier.number == later.number
    if later.first < earlier.last or earlier.first == later.first:
        return False
    if not _look_alike(earlier.label, later.label):
        return False
    return abs(later.first_value - earlier.last_value) <= STEP * max(earlier.last_value, 1.0)


def _look_alike(one: str, other: str) -> bool:
    owner, _, name = one.casefold().partition("/")
    other_owner, _, other_name = other.casefold().partition("/")
    return bool(name) and (owner == other_owner or name == other_name)
