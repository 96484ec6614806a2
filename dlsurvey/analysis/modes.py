"""Turns the registry into ranks and titles: which of a framework's members stands for it."""

from collections.abc import Sequence
from functools import cache

from dlsurvey.analysis.measured import Member
from experiments.frameworks import Framework, list_frameworks


@cache
def read_frameworks() -> tuple[Framework, ...]:
    """The registry, looked up once: entry points are searched for on the whole path each time."""
    return list_frameworks()


def rank_frameworks() -> dict[str, int]:
    """The place of each framework in the registry."""
    return {framework.name: place for place, framework in enumerate(read_frameworks())}


def map_titles() -> dict[str, str]:
    """Titles of the frameworks by name."""
    return {framework.name: framework.title for framework in read_frameworks()}


def rank_modes() -> dict[tuple[str, str], int]:
    """Per framework and mode its place in the registry entry: 0 is the framework's own default."""
    return {
        (framework.name, mode): place
        for framework in read_frameworks()
        for place, mode in enumerate(framework.modes)
    }


def choose_leading(members: Sequence[Member]) -> tuple[Member, ...]:
    """Of each framework, protocol and device the member in the first mode that has runs."""
    ranks = rank_modes()
    leading: dict[tuple[str, str, str], Member] = {}
    for member in members:
        place = (member.framework, member.protocol, member.device)
        known = leading.get(place)
        if known is None or _rank(member, ranks) < _rank(known, ranks):
            leading[place] = member
    return tuple(leading.values())


def _rank(member: Member, ranks: dict[tuple[str, str], int]) -> int:
    return ranks.get((member.framework, member.mode), len(ranks))
