"""Turns source code into highlighted HTML whose long lines wrap under their own indentation."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup
from pygments.lexers import PythonLexer
from pygments.token import (
    Comment,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
    is_token_subtype,
)

CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (String.Doc, "c"),
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Literal, "s"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "d"),
    (Name.Builtin.Pseudo, "k"),
)
"""Few classes: each highlighted word costs the layout time, and calm code reads better."""

COLUMN = 61
"""Characters that fit side by side on A4."""

_JOINT = re.compile(r"(?<=[(\[,=.:])(?=[^\s)\],])")
"""Where a word of code may be broken for the eye: after a bracket, comma, sign or dot."""

LONG_WORD = 30
"""Characters; shorter words move to the next line as they are."""

DEEPEST = 40
"""Code indented further wraps as if it were indented so far."""

HANGING = 2
"""Characters that a wrapped line stands further in than the line it continues."""


class Pin(NamedTuple):
    """The number of something said about a part of the code, right behind that part."""

    column: int
    number: int

    @property
    def width(self) -> int:
        """Characters of code that it takes the room of."""
        return 1 + len(str(self.number))


def highlight_screen(code: str, first_line: int, texts: Sequence[str] = ()) -> Markup:
    """For columns of any width: a word may break at its joints, and copies as it was.

    Behind the first place of each of `texts` stands its number, from 1, which is no text itself.
    """
    return _highlight(
        code, first_line, texts, Markup("<wbr>"), lambda line, _pins: find_joints(line)
    )


def highlight_print(code: str, first_line: int, texts: Sequence[str] = ()) -> Markup:
    """For the columns of A4, which are so wide and no wider; numbers as on the screen."""
    return _highlight(code, first_line, texts, Markup("<br>"), find_breaks)


def place_pins(code: str, texts: Sequence[str]) -> dict[int, list[Pin]]:
    """The pins of each row of the code, from 0; what the code does not hold gets none."""
    pins: dict[int, list[Pin]] = {}
    for number, text in enumerate(texts, 1):
        start = code.find(text)
        if start >= 0:
            before = code[: start + len(text)]
            column = len(before) - (before.rfind("\n") + 1)
            pins.setdefault(before.count("\n"), []).append(Pin(column, number))
    return pins


def find_joints(text: str) -> list[int]:
    """Every place where a long word of the line may be broken."""
    return [
        match.start()
        for word in re.finditer(r"\S+", text)
        if len(word[0]) > LONG_WORD
        for match in _JOINT.finditer(text, word.start(), word.end())
    ]


def find_breaks(text: str, pins: Sequence[Pin] = ()) -> list[int]:
    """Where the line goes on in the next one: at a space, else at a joint, else where it must.

    Done here and not by the layout, which breaks `->` in two and is slower at it.
    """
    indent = len(text) - len(text.lstrip(" "))
    spaces = [match.end() for match in re.finditer(r" +", text) if match.end() > indent]
    breaks: list[int] = []
    start, room = 0, COLUMN
    while (reach := _measure_reach(start, len(text), room, pins)) < len(text):
        start = (
            _last(spaces, max(start, indent), reach)
            or _last(find_joints(text), max(start, indent), reach)
            or reach
        )
        breaks.append(start)
        room = max(COLUMN - indent - HANGING, 10)
    return breaks


def fold(code: str, columns: int) -> list[tuple[int, str]]:
    """The lines for so many columns, each with its place in the code, counted from 0.

    Long ones go on in the next line; of several blank lines one stays.
    """
    rows: list[tuple[int, str]] = []
    for place, line in enumerate(code.splitlines()):
        if line.strip() or (rows and rows[-1][1].strip()):
            rows += [(place, part) for part in _fold_line(line, columns)]
    return rows


def _fold_line(line: str, columns: int) -> Iterator[str]:
    indent = len(line) - len(line.lstrip(" "))
    hanging = " " * (min(indent, columns // 2) + 2 * HANGING)
    while len(line) > columns:
        comment = line.find("  # ", len(hanging))
        end = comment if 0 < comment <= columns else _find_fold(line, columns)
        yield line[:end].rstrip(" ")
        line = hanging + line[end:].lstrip(" ")
    yield line


def _find_fold(line: str, columns: int) -> int:
    """Behind a comma inside as few brackets as can be; else an opening bracket; else where it must."""
    depth, joints = 0, [(-2 * columns, columns)]
    for place, character in enumerate(line[:columns], 1):
        depth += (character in "([{") - (character in ")]}")
        if character in ",([{" and place > columns // 3:
            joints.append((-depth if character == "," else -depth - columns, place))
    return max(joints)[1]


def _measure_reach(start: int, end: int, room: int, pins: Sequence[Pin]) -> int:
    """How far a line comes that begins at `start`: each pin on it takes of its room."""
    reach = min(start + room, end)
    while reach > start + 1:
        taken = sum(pin.width for pin in pins if start < pin.column <= reach)
        if reach - start + taken <= room:
            break
        reach -= 1
    return reach


def _last(places: list[int], after: int, upto: int) -> int | None:
    return max((place for place in places if after < place <= upto), default=None)


def _highlight(
    code: str,
    first_line: int,
    texts: Sequence[str],
    mark: Markup,
    find: Callable[[str, Sequence[Pin]], list[int]],
) -> Markup:
    lines = []
    pins = place_pins(code, texts)
    for row, parts in enumerate(_split_lines(code)):
        text = "".join(word for _, word in parts)
        indent = len(text) - len(text.lstrip(" "))
        own = pins.get(row, [])
        inserts = _list_inserts(own, find(text, own), mark)
        lines.append(
            Markup('<span class="line i{}" data-line="{}">{}\n</span>').format(
                min(indent, DEEPEST), first_line + row, _join(parts, inserts)
            )
        )
    return Markup("").join(lines)


def _list_inserts(pins: Sequence[Pin], breaks: Sequence[int], mark: Markup) -> dict[int, Markup]:
    """What stands at which column: a pin stays on the line of its text, before the break."""
    inserts: dict[int, Markup] = {}
    for pin in pins:
        # Its number is written by the style: no text that could be copied with the code.
        one = Markup('<span class="pin" data-pin="{}"></span>').format(pin.number)
        inserts[pin.column] = inserts.get(pin.column, Markup("")) + one
    for place in breaks:
        inserts[place] = inserts.get(place, Markup("")) + mark
    return inserts


def _join(parts: list[tuple[_TokenType, str]], inserts: Mapping[int, Markup]) -> Markup:
    joined = Markup("")
    place = 0
    for kind, word in parts:
        end = place + len(word)
        cuts = [place, *sorted(cut for cut in inserts if place < cut < end), end]
        for a, b in pairwise(cuts):
            if a < b:
                joined += inserts.get(a, Markup("")) + _mark(kind, word[a - place : b - place])
        place = end
    return joined + inserts.get(place, Markup(""))


def _split_lines(code: str) -> Iterator[list[tuple[_TokenType, str]]]:
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    line: list[tuple[_TokenType, str]] = []
    for kind, text in lexer.get_tokens(code.rstrip("\n")):
        first, *others = text.split("\n")
        line.append((kind, first))
        for other in others:
            yield line
            line = [(kind, other)]
    yield line


def _mark(kind: _TokenType, word: str) -> Markup:
    for token, name in CLASSES:
        if is_token_subtype(kind, token) and word.strip():
            return Markup('<span class="{}">{}</span>').format(name, word)
    return Markup("{}").format(word)


def list_indents() -> Markup:
    """The style rules for hanging indentation, one per depth that code has."""
    return Markup("").join(
        Markup(".i{}{{padding-left:{}ch;text-indent:-{}ch}}").format(
            depth, depth + HANGING, depth + HANGING
        )
        for depth in range(DEEPEST + 1)
    )
