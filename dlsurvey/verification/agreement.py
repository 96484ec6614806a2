"""Turns two versions of the same numbers into how many agree, and where the others differ."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dlsurvey.verification.printed import list_numbers, squeeze

TOLERANCE = 1e-9
"""Relative; another build of SciPy may round the last digits differently."""
NAMES = ("workload", "quantity", "question", "framework", "a", "b", "mode", "a_mode", "b_mode",
         "protocol", "device", "default", "key", "name")  # fmt: skip
"""Keys that tell one entry of a list from the others."""


class Difference(NamedTuple):
    """One number, or one piece of text, that does not follow from the data."""

    where: str
    given: str
    recomputed: str


class Agreement(NamedTuple):
    """What a comparison came to."""

    numbers: int
    differences: tuple[Difference, ...]


def merge(parts: Sequence[Agreement]) -> Agreement:
    """The sum of several comparisons."""
    return Agreement(
        sum(one.numbers for one in parts), tuple(each for one in parts for each in one.differences)
    )


def compare_values(given: Any, recomputed: Any, where: str) -> Agreement:
    """JSON against JSON, number by number."""
    match given, recomputed:
        case dict(), dict():
            keys = dict.fromkeys((*given, *recomputed))
            return merge(
                [
                    compare_values(given.get(key), recomputed.get(key), f"{where} › {key}")
                    for key in keys
                ]
            )
        case list(), list() if len(given) == len(recomputed):
            return merge(
                [
                    compare_values(one, other, f"{where} › {_name_entry(other, place)}")
                    for place, (one, other) in enumerate(zip(given, recomputed, strict=True), 1)
                ]
            )
        case list(), list():
            counts = (f"{len(given)} entries", f"{len(recomputed)} entries")
            return Agreement(0, (Difference(where, *counts),))
    if _is_number(given) and _is_number(recomputed):
        if math.isclose(given, recomputed, rel_tol=TOLERANCE, abs_tol=1e-12):
            return Agreement(1, ())
    elif type(given) is type(recomputed) and given == recomputed:
        return Agreement(0, ())
    return Agreement(0, (Difference(where, _show(given), _show(recomputed)),))


def compare_texts(where: str, printed: str, expected: str) -> Agreement:
    """What is printed at a place against what belongs there, number by number where these differ."""
    if is_same(printed, expected):
        return Agreement(len(list_numbers(expected)), ())
    own, other = list_numbers(printed), list_numbers(expected)
    if len(own) == len(other) and own != other:
        return merge(
            [
                differ(where, one, two) if one != two else Agreement(1, ())
                for one, two in zip(own, other, strict=True)
            ]
        )
    return differ(where, printed or "nothing", expected or "nothing")


def is_same(one: str, other: str) -> bool:
    """Whether they say the same, however they are set."""
    return squeeze(one) == squeeze(other)


def differ(where: str, given: str, recomputed: str) -> Agreement:
    """One difference and nothing that agrees."""
    return Agreement(0, (Difference(where, given, recomputed),))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _name_entry(entry: Any, place: int) -> str:
    if isinstance(entry, Mapping):
        words = list(_list_names(entry))
        if words:
            return ", ".join(words)
    return str(place)


def _list_names(entry: Mapping[str, Any]) -> Iterator[str]:
    for name in NAMES:
        if isinstance(entry.get(name), str):
            yield entry[name]


def _show(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict() | list():
            return f"{len(value)} entries"
        case _:
            return str(value)
