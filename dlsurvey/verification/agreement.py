"""Turns two versions of the same numbers into how many agree, and where the others differ."""

import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Any, NamedTuple

from dlsurvey.verification.printed import Chapter, Table, list_numbers, squeeze

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


def compare_chapters(printed: Chapter, expected: Chapter) -> Agreement:
    """Every table both ways, and every expected sentence with a number in it."""
    return merge(
        [
            _compare_tables(printed, expected),
            *(_compare_block(printed, block) for block in expected.blocks if list_numbers(block)),
        ]
    )


def compare_excerpt(printed: Sequence[Chapter], expected: Sequence[Chapter]) -> Agreement:
    """What a PDF repeats of the chapters, wherever it stands: slides leave out and rearrange.

    Tables are known by their captions, rows by their first cells, sentences by nearly all their words.
    """
    tables = {squeeze(one.caption): one for chapter in expected for one in chapter.tables}
    found = [
        _compare_rows(own, _select_rows(tables[squeeze(own.caption)], own))
        for chapter in printed
        for own in chapter.tables
        if own.caption and squeeze(own.caption) in tables
    ]
    wanted = {squeeze(one): one for chapter in expected for one in chapter.blocks}
    blocks = [one for chapter in printed for one in chapter.blocks if list_numbers(one)]
    same = {squeeze(one) for one in blocks} & set(wanted)
    left = [one for one in wanted if one not in same]
    for block in blocks:
        nearest = [squeeze(block)] if squeeze(block) in same else _find_alike(block, left)
        if nearest:
            text = wanted[nearest[0]]
            found.append(_compare_texts(_name_sentence(text), block, text))
    return merge(found)


def _find_alike(block: str, others: Sequence[str]) -> list[str]:
    return get_close_matches(squeeze(block), others, n=1, cutoff=0.9)


def _select_rows(expected: Table, printed: Table) -> Table:
    """The head, and of the other rows those that are printed."""
    sides = {squeeze(row[0]) for row in printed.rows if row}
    rows = tuple(row for row in expected.rows if row and squeeze(row[0]) in sides)
    return expected._replace(rows=rows)


def _compare_tables(printed: Chapter, expected: Chapter) -> Agreement:
    left = [table for table in printed.tables if table.caption]
    found = []
    missing = []
    for table in expected.tables:
        own = next((one for one in left if _is_same(one.caption, table.caption)), None)
        if own is None:
            missing.append(table)
        else:
            left.remove(own)
            found.append(_compare_rows(own, table))
    for table in missing:
        own = _find_nearest(table, left)
        if own is None:
            found.append(
                _differ(f"table '{table.caption}'", "no such table", f"{len(table.rows)} rows")
            )
        else:
            left.remove(own)
            found.append(_compare_texts("the caption of a table", own.caption, table.caption))
            found.append(_compare_rows(own, table))
    found += [
        _differ(f"table '{table.caption}'", f"{len(table.rows)} rows", "no such table")
        for table in left
    ]
    return merge(found)


def _find_nearest(table: Table, others: Sequence[Table]) -> Table | None:
    captions = get_close_matches(table.caption, [one.caption for one in others], n=1, cutoff=0.7)
    return next((one for one in others if one.caption in captions), None)


def _compare_rows(printed: Table, expected: Table) -> Agreement:
    name = f"table '{expected.caption}'"
    if len(printed.rows) != len(expected.rows):
        return _differ(name, f"{len(printed.rows)} rows", f"{len(expected.rows)} rows")
    head = expected.rows[0] if expected.rows else ()
    found = []
    for own, row in zip(printed.rows, expected.rows, strict=True):
        side = row[0] if row else ""
        if len(own) != len(row):
            found.append(_differ(f"{name}, row '{side}'", f"{len(own)} cells", f"{len(row)} cells"))
            continue
        for place, (cell, other) in enumerate(zip(own, row, strict=True)):
            column = head[place] if place < len(head) else str(place + 1)
            found.append(_compare_texts(f"{name}, row '{side}', column '{column}'", cell, other))
    return merge(found)


def _compare_block(printed: Chapter, block: str) -> Agreement:
    wanted = squeeze(block)
    if any(wanted in squeeze(one) for one in (*printed.blocks, "".join(printed.blocks))):
        return Agreement(len(list_numbers(block)), ())
    nearest = max(
        printed.blocks,
        key=lambda one: SequenceMatcher(None, squeeze(one), wanted, autojunk=False).quick_ratio(),
        default="",
    )
    return _compare_texts(f"chapter '{printed.title}', {_name_sentence(block)}", nearest, block)


def _name_sentence(text: str) -> str:
    start = text if len(text) <= 60 else f"{text[:60].rstrip()}..."
    return f"the sentence '{start}'"


def _compare_texts(where: str, printed: str, expected: str) -> Agreement:
    if _is_same(printed, expected):
        return Agreement(len(list_numbers(expected)), ())
    own, other = list_numbers(printed), list_numbers(expected)
    if len(own) == len(other) and own != other:
        return merge(
            [
                _differ(where, one, two) if one != two else Agreement(1, ())
                for one, two in zip(own, other, strict=True)
            ]
        )
    return _differ(where, printed or "nothing", expected or "nothing")


def _is_same(one: str, other: str) -> bool:
    return squeeze(one) == squeeze(other)


def _differ(where: str, given: str, recomputed: str) -> Agreement:
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
