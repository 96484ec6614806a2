"""Turns a listing into boxes round the words that matter, each with what is said beside it.

A callout is anchored to text: where a listing no longer holds the text, the callout is dropped.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple
from urllib.parse import quote

import msgspec

from dlsurvey.analysis.findings import Listing
from dlsurvey.errors import RenderError
from dlsurvey.figures.letters import wrap_words
from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from dlsurvey.records import Record

FILE_NAME = "callouts.toml"
WIDE = 0.60205
"""Of one character of DejaVu Sans Mono, in em."""
LINE = 1.26
"""Height of one line of code, in em."""
GUTTER = 5.0
"""Between the code and the words beside it, in characters."""
RED = "#c1121f"
BLUE = "#123f86"
SHORTEST_SHARED = 2
"""Lines; one line alone is alike by chance."""
SMALLEST_SHARED = 36
"""Characters that the shared lines hold together."""


class Callout(Record, frozen=True, kw_only=True):
    """One entry of callouts.toml."""

    program: str
    """NAME of `train_NAME.py`."""
    stage: str
    text: str
    """Found in one line of the listing, as it stands there."""
    words: str


class _Library(Record, frozen=True):
    callout: tuple[Callout, ...]


class Found(NamedTuple):
    """A part of a listing and what is said of it; rows and columns count from 0."""

    row: int
    last_row: int
    column: int
    length: int
    words: str
    kind: Literal["box", "bracket"]


@cache
def read_callouts() -> tuple[Callout, ...]:
    """All callouts of the project."""
    text = resources.files("dlsurvey").joinpath(FILE_NAME).read_text(encoding="utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), _Library).callout
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RenderError(f"The list of callouts {FILE_NAME} is damaged: {error}.") from error


def find_callouts(listing: Listing, callouts: Iterable[Callout] | None = None) -> list[Found]:
    """Those whose text the listing holds, from top to bottom; of one text the first place."""
    known = read_callouts() if callouts is None else callouts
    lines = listing.code.splitlines()
    found = []
    for one in known:
        if (one.program, one.stage) != (listing.program, listing.stage):
            continue
        row = next((row for row, line in enumerate(lines) if one.text in line), None)
        if row is not None:
            column = lines[row].index(one.text)
            found.append(Found(row, row, column, len(one.text), _(one.words), "box"))
    return sorted(found)


def find_shared(listing: Listing, others: Sequence[Listing]) -> Found | None:
    """The longest run of lines that another listing of the stage holds as well, bodies only."""
    own = list_body(listing.code)
    best: tuple[int, int, list[str]] = (0, 0, [])
    for other in others:
        start, length = _find_longest(own, list_body(other.code))
        if length > best[1]:
            best = (start, length, [other.title])
        elif length and (start, length) == best[:2]:
            best[2].append(other.title)
    start, length, titles = best
    rows = [row for row, _line in own[start : start + length]]
    size = sum(len(line) for _row, line in own[start : start + length])
    if length < SHORTEST_SHARED or size < SMALLEST_SHARED:
        return None
    lines = listing.code.splitlines()
    wide = max(len(lines[row]) for row in rows)
    words = _("The same lines in {titles}").format(titles=join_words(titles))
    return Found(rows[0], rows[-1], wide, 0, words, "bracket")


def list_body(code: str) -> list[tuple[int, str]]:
    """Row and text of every line of the function's body, without its docstring and indentation."""
    lines = code.splitlines()
    # The signature ends where the first line ends with a colon and is indented least.
    start = next((n for n, line in enumerate(lines) if re.match(r"(def .*|\)).*:$", line)), -1) + 1
    body = [(row, lines[row].strip()) for row in range(start, len(lines))]
    if body and body[0][1].startswith('"""'):
        # The first line may end it too, but not with the quotation marks that begin it.
        ends = (
            n for n, (_row, line) in enumerate(body) if (line if n else line[3:]).endswith('"""')
        )
        body = body[next(ends, 0) + 1 :]
    return body


def _find_longest(
    own: Sequence[tuple[int, str]], other: Sequence[tuple[int, str]]
) -> tuple[int, int]:
    """Start and length of the longest run of lines in both; the first of several."""
    best = (0, 0)
    for start in range(len(own)):
        for place in range(len(other)):
            length = 0
            while (
                start + length < len(own)
                and place + length < len(other)
                and own[start + length][1] == other[place + length][1]
                and own[start + length][1]
            ):
                length += 1
            if length > best[1]:
                best = (start, length)
    return best


class Words(NamedTuple):
    """Where the words of one callout stand, in em of the code: from the top, and how high."""

    found: Found
    top: float
    height: float


def place_words(
    found: Sequence[Found], characters: int, size: float, height: float
) -> tuple[Words, ...]:
    """Each beside its lines, moved down where the words above it reach, and up where space ends.

    `characters` fit in one line of words, whose type is `size` em of the code's; `height` is free.
    """
    line = 1.3 * size
    heights = [line * len(wrap_words(one.words, characters)) for one in found]
    tops: list[float] = []
    free = 0.0
    for one, high in zip(found, heights, strict=True):
        middle = LINE * (one.row + one.last_row + 1) / 2
        tops.append(max(middle - high / 2, free))
        free = tops[-1] + high + 0.5 * size
    limit = height
    for place in range(len(tops) - 1, -1, -1):
        tops[place] = min(tops[place], limit - heights[place])
        limit = tops[place] - 0.5 * size
    return tuple(Words(*one) for one in zip(found, tops, heights, strict=True))


def draw_marks(words: Sequence[Words], width: float, code: float, left: float, high: float) -> str:
    """Boxes, brackets and arrows as the address of an SVG that lies behind the text.

    All in em of the code: `width` and `high` of the whole, `code` of the longest line, and the
    `left` edge of the words. Behind the text it is decoration: software that reads aloud skips it.
    """
    parts = []
    for one in words:
        found = one.found
        target = one.top + one.height / 2
        if found.kind == "bracket":
            parts.append(_draw_bracket(found, code, left, target))
        else:
            parts.append(_draw_box(found, code, left, target))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {100 * width:.0f} {100 * high:.0f}"'
        f' fill="none" stroke-width="9" stroke-linejoin="round">{"".join(parts)}</svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _draw_box(found: Found, code: float, left: float, target: float) -> str:
    # Its lower edge runs below the underscores, in the gap before the next line's letters.
    x, y = found.column * WIDE - 0.08, found.row * LINE + 0.1
    wide, high = found.length * WIDE + 0.16, LINE - 0.07
    bottom = y + high
    # Below the box's line to the end of the code, where nothing is in the way, then to the words.
    path = [(x + wide, bottom), (code + 0.7, bottom), (left - 1.3, target), (left - 0.45, target)]
    return (
        f'<rect x="{100 * x:.0f}" y="{100 * y:.0f}" width="{100 * wide:.0f}"'
        f' height="{100 * high:.0f}" rx="18" stroke="{RED}"/>'
        f"{_draw_line(path, RED)}{_draw_head(left - 0.3, target, RED)}"
    )


def _draw_bracket(found: Found, code: float, left: float, target: float) -> str:
    top, bottom = found.row * LINE + 0.1, (found.last_row + 1) * LINE - 0.1
    x, middle = code + 0.5, (top + bottom) / 2
    bracket = [(x - 0.35, top), (x, top), (x, bottom), (x - 0.35, bottom)]
    way = [(x, middle), (left - 1.3, target), (left - 0.45, target)]
    return _draw_line(bracket, BLUE) + _draw_line(way, BLUE) + _draw_head(left - 0.3, target, BLUE)


def _draw_line(path: Sequence[tuple[float, float]], colour: str) -> str:
    points = " ".join(f"{100 * x:.0f},{100 * y:.0f}" for x, y in path)
    return f'<polyline points="{points}" stroke="{colour}"/>'


def _draw_head(x: float, y: float, colour: str) -> str:
    points = f"{100 * x:.0f},{100 * y:.0f} {100 * x - 55:.0f},{100 * y - 28:.0f}"
    return f'<polygon points="{points} {100 * x - 55:.0f},{100 * y + 28:.0f}" fill="{colour}"/>'
