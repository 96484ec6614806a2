"""Turns a section of the user's own into slides: one for each part, cut where they drew a line."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

from markupsafe import Markup

from dlsurvey.render.deck import END, ITEM
from dlsurvey.sections import Section

VOID = ("img", "br", "hr", "wbr", "input")
"""Elements without an end."""

_HEADING = re.compile(r"\A\s*<h3>.*?</h3>\s*", re.DOTALL)
_LINE = re.compile(r"<hr\s*/?>")


def split_section(section: Section) -> Iterator[tuple[str, Markup]]:
    """Heading and body of each slide; `---` begins a new one under the same heading."""
    for part in section.parts:
        # The heading of the slide says it already.
        html = _HEADING.sub("", str(part.html)) if part.title else str(part.html)
        for body in _LINE.split(html):
            if body.strip():
                yield part.title or section.title, mark_blocks(body)


def mark_blocks(html: str) -> Markup:
    """The same with a mark before each paragraph, list or table, where a slide may be cut."""
    finder = _Blocks()
    finder.feed(html)
    finder.close()
    bounds = [*finder.starts, len(html)]
    blocks = [html[start:end] for start, end in pairwise(bounds)]
    marked = "".join(ITEM + block for block in blocks) + END if blocks else html
    return Markup(marked)  # noqa: S704  escaped where the Markdown was rendered


class _Blocks(HTMLParser):
    """Finds where the elements begin that stand in no other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.starts: list[int] = []
        self._depth = 0
        self._lines = [0]

    def feed(self, data: str) -> None:
        for line in data.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        super().feed(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if self._depth == 0:
            line, column = self.getpos()
            self.starts.append(self._lines[line - 1] + column)
        if tag not in VOID:
            self._depth += 1

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        if self._depth == 0:
            line, column = self.getpos()
            self.starts.append(self._lines[line - 1] + column)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._depth = max(self._depth - 1, 0)
