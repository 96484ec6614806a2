"""Turns the slides of a chapter as they are printed and as they are expected into how far they agree.

How a chapter is cut into slides depends on how much fits on each, which only the setting tells. So
rows and sentences are compared in their order through all slides of the chapter, heads of tables and
headings that a cut repeats taken once.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from typing import NamedTuple

from dlsurvey.language import gettext as _
from dlsurvey.language import spoken
from dlsurvey.verification.agreement import Agreement, compare_texts, differ, merge
from dlsurvey.verification.chapters import compare_rows, cut, name_sentence
from dlsurvey.verification.printed import Chapter, list_numbers, squeeze

ALIKE = 0.6
"""How much of a sentence has to be the same to be taken for an altered one."""


class Row(NamedTuple):
    """One row, and on which slide and under which head it stands."""

    cells: tuple[str, ...]
    slide: str = ""
    head: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What is the same, however it is set."""
        return tuple(map(squeeze, self.cells))


def compare_slides(printed: Chapter, expected: Chapter, *, whole: bool = True) -> Agreement:
    """Every row and every sentence with a number; where `expected` is not the `whole`, more may stand."""
    heads = {tuple(map(squeeze, table.rows[0])) for table in expected.tables if table.rows}
    rows = _compare_sequences(
        _list_rows(printed, heads), _list_rows(expected, heads), printed.title, whole
    )
    return merge([rows, _compare_blocks(printed, expected, whole)])


def _list_rows(chapter: Chapter, heads: set[tuple[str, ...]]) -> list[Row]:
    """In their order, each head once."""
    seen = set()
    rows = []
    for table in chapter.tables:
        head = table.rows[0] if table.rows else ()
        for cells in table.rows:
            row = Row(cells, strip_part(table.heading), head)
            if row.key in heads and row.key in seen:
                continue
            seen.add(row.key)
            rows.append(row)
    return rows


def _compare_sequences(
    printed: Sequence[Row], expected: Sequence[Row], title: str, whole: bool
) -> Agreement:
    found = []
    matcher = SequenceMatcher(
        None, [one.key for one in printed], [one.key for one in expected], autojunk=False
    )
    for _same, start, end, first, last in matcher.get_opcodes():
        own, others = printed[start:end], expected[first:last]
        found += [_compare_row(one, other) for one, other in zip(own, others, strict=False)]
        found += [
            differ(
                _name_place(other.slide, other.cells), "no such row", cut(" | ".join(other.cells))
            )
            for other in others[len(own) :]
        ]
        if whole:
            found += [
                differ(_name_place(title, one.cells), cut(" | ".join(one.cells)), "no such row")
                for one in own[len(others) :]
            ]
    return merge(found)


def _compare_row(own: Row, other: Row) -> Agreement:
    return compare_rows(f"slide '{other.slide}'", other.head, own.cells, other.cells)


def _name_place(slide: str, cells: Sequence[str]) -> str:
    return f"slide '{slide}', row '{cells[0] if cells else ''}'"


def _compare_blocks(printed: Chapter, expected: Chapter, whole: bool) -> Agreement:
    own, others = _list_blocks(printed.blocks), _list_blocks(expected.blocks)
    found = [Agreement(len(list_numbers(others[key])), ()) for key in others if key in own]
    added = [key for key in own if key not in others]
    place = f"slides '{printed.title}'" if printed.title else "the first slide"
    for key in [key for key in others if key not in own]:
        nearest = get_close_matches(key, added, n=1, cutoff=ALIKE)
        given = own[nearest[0]] if nearest else ""
        found.append(compare_texts(f"{place}, {name_sentence(others[key])}", given, others[key]))
        added = [one for one in added if one not in nearest]
    if whole:
        found += [differ(place, f"the sentence '{own[key]}'", "no such sentence") for key in added]
    return merge(found)


def _list_blocks(blocks: Iterable[str]) -> dict[str, str]:
    """Those with a number, each once."""
    stripped = [strip_part(block) for block in blocks]
    return {squeeze(block): block for block in stripped if list_numbers(block)}


def strip_part(heading: str) -> str:
    """A heading without '(2 of 3)', which depends on how much fits on a slide."""
    found = _match_parts(spoken()).fullmatch(heading)
    return found["heading"] if found else heading


@lru_cache
def _match_parts(_language: str) -> re.Pattern[str]:
    pattern = re.escape(_("{heading} ({place} of {parts})"))
    for name, part in {"heading": "(?P<heading>.+)", "place": r"\d+", "parts": r"\d+"}.items():
        pattern = pattern.replace(re.escape(f"{{{name}}}"), part)
    return re.compile(pattern, re.DOTALL)
