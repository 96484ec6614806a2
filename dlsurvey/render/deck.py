"""Turns what the templates put on slides into a sequence of slides, a long list over several."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from dlsurvey.language import gettext as _

ITEM = "<!--item-->"
"""Stands before each item of a slide's one list or table: where it may be cut.

What a user wrote is escaped, so that no text of theirs can hold it.
"""
END = "<!--end-->"
"""Stands after the last item."""
OWN = "own"
"""The layout of slides in the user's own words."""
STEPS = 7
"""Sizes of type: 0 is the usual one, each step a tenth smaller."""
CUT_FROM = 2
"""A list is cut in two before its type gets smaller than this step."""

ON = "<!--on:{}-->"
"""After the tags that are opened again where an item begins inside a list, table or listing."""
OFF = "<!--off:{}-->"
"""Before the tags that are closed where the item before it ends; both bear the item's number."""

_SEAM = re.compile(r"<!--off:(\d+)-->.*?<!--on:\1-->", re.DOTALL)
_PAGE = re.compile(r"<!--page:([a-z0-9-]+)-->")


class Slide(NamedTuple):
    """One slide; parts of one long slide have the same `source`."""

    source: int
    chapter: str
    heading: str
    body: str
    layout: str = ""
    step: int = 0


class Chapter(NamedTuple):
    """One chapter: the name that stands above its slides."""

    key: str
    title: str


class Sheet(NamedTuple):
    """One slide as it is printed."""

    slide: Slide
    chapter: Chapter | None
    opens: bool
    """Whether it is the first of its chapter."""
    number: int
    heading: str
    body: Markup


class Deck:
    """Gathers slides while the templates are rendered; the templates call it."""

    def __init__(self) -> None:
        """Start without a slide."""
        self.slides: list[Slide] = []
        self.chapters: dict[str, Chapter] = {}
        self._chapter = ""

    def open(self, key: str, title: str) -> str:
        """What is added from now on belongs to this chapter."""
        self._chapter = key
        self.chapters[key] = Chapter(key, title)
        return ""

    def add(
        self, heading: str, layout: str = "", most: int = 0, *, caller: Callable[[], str]
    ) -> str:
        """A slide with what stands inside `{% call %}`; `most` items of its list on each."""
        if isinstance(
            heading, Markup
        ):  # a translation; headings are escaped where they are printed
            heading = heading.unescape()
        slide = Slide(len(self.slides), self._chapter, heading, str(caller()), layout)
        head, items, tail = cut(slide.body)
        parts = -(-len(items) // most) if most else 1
        self.slides += [
            slide._replace(body=join(head, share, tail))
            for share in share_out(items, max(parts, 1))
        ]
        return ""

    def has_slides(self, key: str) -> bool:
        """Whether the chapter has any."""
        return any(slide.chapter == key for slide in self.slides)


def cut(body: str) -> tuple[str, list[str], str]:
    """What stands before the list's items, the items, and what stands after them."""
    before, *items = body.split(ITEM)
    if not items:
        return before, [], ""
    last, _end, after = items[-1].rpartition(END)
    return before, [*items[:-1], last], after


def join(before: str, items: Sequence[str], after: str) -> str:
    """The inverse of `cut`."""
    if not items:
        return before + after
    return before + "".join(ITEM + item for item in items) + END + after


def fuse(body: str) -> str:
    """The body with one list, table or listing where items on the same slide came out of one."""
    return _SEAM.sub("", body)


def share_out(items: Sequence[str], parts: int) -> Iterator[list[str]]:
    """The items in `parts` runs of nearly the same number."""
    small, over = divmod(len(items), parts)
    place = 0
    for part in range(parts):
        size = small + (part < over)
        yield list(items[place : place + size])
        place += size


def ease(slide: Slide, pages: int = 2) -> tuple[Slide, ...]:
    """What to print instead of a slide that took so many pages: smaller type, or several slides.

    A user's text may be of any length: where it took more than two pages, it is cut into as many
    at once. Nothing is left to try once the type is as small as it gets: then the same slide comes
    back.
    """
    head, items, tail = cut(slide.body)
    parts = min(pages, len(items)) if slide.layout == OWN else 2
    if len(items) > 1 and (slide.step >= CUT_FROM or parts > 2):
        return tuple(
            slide._replace(body=join(head, share, tail), step=0)
            for share in share_out(items, parts)
        )
    return (slide._replace(step=min(slide.step + 1, STEPS - 1)),)


def number_sheets(slides: Sequence[Slide], deck: Deck) -> list[Sheet]:
    """Every slide with its number, '(2 of 3)' in its heading, and page numbers in the contents."""
    firsts: dict[str, int] = {}
    for number, slide in enumerate(slides, 1):
        firsts.setdefault(slide.chapter, number)
    headings = [
        _("{heading} ({place} of {parts})").format(
            heading=part.heading, place=place, parts=len(parts)
        )
        if len(parts) > 1
        else part.heading
        for _source, group in groupby(slides, key=lambda slide: slide.source)
        for parts in [list(group)]
        for place, part in enumerate(parts, 1)
    ]
    return [
        Sheet(
            slide=slide,
            chapter=deck.chapters.get(slide.chapter),
            opens=firsts[slide.chapter] == number,
            number=number,
            heading=heading,
            body=Markup(  # noqa: S704  made by the templates, which escape
                _PAGE.sub(lambda match: str(firsts.get(match[1], "–")), fuse(slide.body))
            ),
        )
        for number, (slide, heading) in enumerate(zip(slides, headings, strict=True), 1)
    ]
