"""Turns a section of the user's own into slides: one for each part, cut where they drew a line."""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from itertools import pairwise

from markupsafe import Markup

from dlsurvey.anchors import unlink
from dlsurvey.markdown import number_from
from dlsurvey.render.deck import END, ITEM, OFF, ON, Deck
from dlsurvey.sections import Section

VOID = ("img", "br", "hr", "wbr", "input")
"""Elements without an end."""
CONTAINERS = ("ul", "ol", "li", "blockquote", "table", "tbody")
"""What may be closed at the end of a slide and opened again on the next."""
QUIET = ("thead", "h3", "h4", "h5", "h6")
"""What never stands at the end of a slide without what it belongs to."""
BLOCKS = (*CONTAINERS, *QUIET, "p", "tr", "pre", "figure", "hr")

_HEADING = re.compile(r"\A\s*<h3>.*?</h3>\s*", re.DOTALL)
_START = re.compile(r' start="(\d+)"')


def split_section(section: Section) -> Iterator[tuple[str, Markup]]:
    """Heading and body of each slide; `---` begins a new one under the same heading."""
    for part in section.parts:
        # The heading of the slide says it already.
        html = _HEADING.sub("", str(part.html)) if part.title else str(part.html)
        for body in _split_at_lines(html):
            if body.strip():
                yield part.title or section.title, mark_blocks(body)


def settle_deck(deck: Deck, own: Collection[str]) -> None:
    """In chapters of the user's own, leave the text alone of links to what has no slide."""
    present = {key for key in deck.chapters if deck.has_slides(key)}
    for place, slide in enumerate(deck.slides):
        if slide.chapter in own:
            deck.slides[place] = slide._replace(body=str(unlink(slide.body, present)))


def mark_blocks(html: str) -> Markup:
    """The same with a mark wherever a slide may be cut.

    That is before each paragraph, entry of a list, row of a table or line of a listing. What an item
    stands in is opened again before it, a table with its head, and closed after it; `deck.fuse`
    takes this out again between items that stay on one slide.
    """
    html = str(html)  # of a Markup, which would escape what is put beside it
    cuts = _find_cuts(html)
    if not cuts:
        return Markup(html)  # noqa: S704  escaped where the Markdown was rendered
    items = []
    for number, (this, following) in enumerate(pairwise([*cuts, _Cut(len(html))])):
        opening = this.opening + ON.format(number) if this.opening else ""
        closing = OFF.format(number + 1) + following.closing if following.closing else ""
        items.append(f"{ITEM}{opening}{html[this.place : following.place]}{closing}")
    return Markup("".join(items) + END)  # noqa: S704  escaped where the Markdown was rendered


class _Cut:
    """A place where a slide may be cut, and the tags that are open there."""

    def __init__(self, place: int, opening: str = "", closing: str = "") -> None:
        self.place = place
        self.opening = opening
        self.closing = closing


class _Open:
    """An element whose end is still to come."""

    def __init__(self, tag: str, text: str) -> None:
        self.tag = tag
        self.text = text
        """Its opening tag; of a table, with the head behind it."""
        first = _START.search(text)
        self.entry = int(first[1]) - 1 if first else 0
        """The number of a list's entry that was opened last."""

    def open_again(self, *, within: bool) -> str:
        """The tag on the next slide; `within`: it goes on inside an entry that was begun."""
        if self.tag == "li":
            return '<li style="list-style: none">'
        if self.tag == "ol":
            attributes = number_from(self.entry + (not within))
            return Markup('<ol start="{start}" style="{style}">').format(**attributes)
        return self.text


class Reader(HTMLParser):
    """A parser that knows where it is: as an offset, and in which elements."""

    def __init__(self, html: str) -> None:
        """Nothing is read yet."""
        super().__init__(convert_charrefs=False)
        self.html = html
        self.open: list[_Open] = []
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]

    @property
    def place(self) -> int:
        """Where the tag begins that is being read."""
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As one that is not closed in itself."""
        self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into the element."""
        if tag not in VOID:
            self.open.append(_Open(tag, self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if tag not in VOID and self.open:
            self.open.pop()


class _Lines(Reader):
    """Finds the horizontal lines that stand in nothing else."""

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.found: list[tuple[int, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "hr" and not self.open:
            self.found.append((self.place, self.place + len(self.get_starttag_text() or "")))
        super().handle_starttag(tag, attrs)


def _split_at_lines(html: str) -> Iterator[str]:
    reader = _Lines(html)
    reader.feed(html)
    reader.close()
    bounds = [0, *(place for found in reader.found for place in found), len(html)]
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        yield html[start:end]


def _find_cuts(html: str) -> list[_Cut]:
    cutter = _Cutter(html)
    cutter.feed(html)
    cutter.close()
    return cutter.cuts


class _Cutter(Reader):
    """Finds where a slide may be cut so that something stands on both sides."""

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.cuts: list[_Cut] = []
        self._is_full = True
        """Whether anything was said since the last cut."""
        self._begun = 0
        """Where a table's head or a listing's code begins."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_free = all(one.tag in CONTAINERS for one in self.open)
        if self._is_full and is_free and tag in BLOCKS and tag != "tbody":
            self._cut(self.place)
        if tag == "li" and self.open:
            self.open[-1].entry += 1
        if tag in ("img", "hr"):
            self._say()
        super().handle_starttag(tag, attrs)
        if tag == "thead":
            self._begun = self.place
        elif tag == "code":
            self._begun = self.place + len(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._is_in("pre"):
            self._cut_lines(self.place)
        elif tag == "thead" and len(self.open) > 1:
            self.open[-2].text += self.html[self._begun : self.place] + "</thead>"
        super().handle_endtag(tag)
        if tag in BLOCKS and tag not in QUIET:
            self._say()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._say()

    def handle_entityref(self, name: str) -> None:
        self._say()

    def handle_charref(self, name: str) -> None:
        self._say()

    def _say(self) -> None:
        if not any(one.tag in QUIET for one in self.open):
            self._is_full = True

    def _is_in(self, tag: str) -> bool:
        return any(one.tag == tag for one in self.open)

    def _cut_lines(self, end: int) -> None:
        for found in re.finditer("\n", self.html[self._begun : end]):
            if self._begun + found.end() < end:
                self._cut(self._begun + found.end())

    def _cut(self, place: int) -> None:
        tags = [one.tag for one in self.open]
        opening = "".join(
            one.open_again(within="li" in tags[depth + 1 :]) for depth, one in enumerate(self.open)
        )
        closing = "".join(f"</{tag}>" for tag in reversed(tags))
        self.cuts.append(_Cut(place, opening, closing))
        self._is_full = False
