"""Turns the body of a slide that holds too much into less of it, and a line that says so."""

from markupsafe import escape

from dlsurvey.language import gettext as _
from dlsurvey.render.deck import END, ITEM, fuse
from dlsurvey.render.talk import VOID, Reader

REST = "<!--rest-->"
"""Stands before the line that says that something was left out."""
MORE = "<!--more--> …"
"""Stands where the text breaks off; it is known again when still less has to do."""
PICTURE = 400
"""An image counts as so many characters."""


def clip(body: str, pages: int) -> str | None:
    """Less of what took so many pages, ending in ' …'; None where nothing can be left out."""
    told, _mark, _note = fuse(body).partition(REST)
    for mark in (ITEM, END, MORE):
        told = told.replace(mark, "")
    length = _Clipper(told).length
    if not length:
        return None
    room = length * 4 // 5 if pages == 2 else length // (pages - 1)
    note = escape(_("The rest does not fit on this slide."))
    # In type of its own: that of the slide is the smallest.
    return f'{_Clipper(told, room).write()}{REST}<p class="note" style="font-size: 12pt">{note}</p>'


class _Clipper(Reader):
    """Copies HTML until there is no more room, and closes what is open then."""

    def __init__(self, html: str, room: int | None = None) -> None:
        super().__init__(html)
        self.length = 0
        self._room = room
        self._is_over = False
        self._copied: list[str] = []
        self.feed(html)
        self.close()

    def write(self) -> str:
        """What was copied, whole."""
        return "".join(self._copied) + "".join(f"</{one.tag}>" for one in reversed(self.open))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        self._take(text, PICTURE if tag == "img" else 0)
        if not self._is_over:
            super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self._is_over:
            super().handle_endtag(tag)
            self._take("" if tag in VOID else f"</{tag}>", 0)

    def handle_data(self, data: str) -> None:
        if self._is_over or self._room is None or self.length + len(data) <= self._room:
            self._take(data, len(data))
            return
        words, space, word = data[: self._room - self.length].rpartition(" ")
        self._copied.append(f"{words if space else word}{MORE}")
        self._is_over = True

    def handle_entityref(self, name: str) -> None:
        self._take(f"&{name};", 1)

    def handle_charref(self, name: str) -> None:
        self._take(f"&#{name};", 1)

    def handle_comment(self, data: str) -> None:
        self._take(f"<!--{data}-->", 0)

    def _take(self, text: str, weight: int) -> None:
        if self._is_over:
            return
        if weight and self._room is not None and self.length + weight > self._room:
            self._copied.append(MORE)
            self._is_over = True
            return
        self._copied.append(text)
        self.length += weight
