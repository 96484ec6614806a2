"""Turns source code into highlighted HTML whose long lines wrap under their own indentation."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

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


def highlight_screen(code: str, first_line: int) -> Markup:
    """For columns of any width: a word may break at its joints, and copies as it was."""
    return _highlight(code, first_line, Markup("<wbr>"), find_joints)


def highlight_print(code: str, first_line: int) -> Markup:
    """For the columns of A4, which are so wide and no wider."""
    return _highlight(code, first_line, Markup("<br>"), find_breaks)


def find_joints(text: str) -> list[int]:
    """Every place where a long word of the line may be broken."""
    return [
        match.start()
        for word in re.finditer(r"\S+", text)
        if len(word[0]) > LONG_WORD
        for match in _JOINT.finditer(text, word.start(), word.end())
    ]


def find_breaks(text: str) -> list[int]:
    """Where the line goes on in the next one: at a space, else at a joint, else where it must.

    Done here and not by the layout, which breaks `->` in two and is slower at it.
    """
    indent = len(text) - len(text.lstrip(" "))
    spaces = [match.end() for match in re.finditer(r" +", text) if match.end() > indent]
    breaks: list[int] = []
    start, room = 0, COLUMN
    while len(text) - start > room:
        reach = start + room
        start = (
            _last(spaces, max(start, indent), reach)
            or _last(find_joints(text), max(start, indent), reach)
            or reach
        )
        breaks.append(start)
        room = max(COLUMN - indent - HANGING, 10)
    return breaks


def _last(places: list[int], after: int, upto: int) -> int | None:
    return max((place for place in places if after < place <= upto), default=None)


def _highlight(
    code: str, first_line: int, mark: Markup, find: Callable[[str], list[int]]
) -> Markup:
    lines = []
    for number, parts in enumerate(_split_lines(code), first_line):
        text = "".join(word for _, word in parts)
        indent = len(text) - len(text.lstrip(" "))
        lines.append(
            Markup('<span class="line i{}" data-line="{}">{}\n</span>').format(
                min(indent, DEEPEST), number, _join(parts, find(text), mark)
            )
        )
    return Markup("").join(lines)


def _join(parts: list[tuple[_TokenType, str]], breaks: list[int], mark: Markup) -> Markup:
    joined = Markup("")
    place = 0
    for kind, word in parts:
        inside = [0, *(b - place for b in breaks if place < b < place + len(word)), len(word)]
        if place in breaks:
            joined += mark
        joined += mark.join(_mark(kind, word[a:b]) for a, b in pairwise(inside))
        place += len(word)
    return joined


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
