"""Turns the HTML of a report into its chapters."""

from html.parser import HTMLParser

from dlsurvey.verification.printed import Chapter, ChapterDraft, Table, tidy

BRIEF = "brief"
"""What stands first in brief: a chapter without a number."""
SECOND = "#2"
"""What is added to the name of a chapter that is the second of this name: one of the author's."""
COVER = ""
"""What stands before the first chapter."""
BLOCKS = frozenset({"p", "li", "h3", "h4", "h5", "dd", "dt", "figcaption"})
CELLS = frozenset({"th", "td"})
SKIPPED = frozenset({"head", "details", "style", "script", "svg", "pre", "nav"})


def read_page(html: str) -> dict[str, Chapter]:
    """The chapters by the `id` of their headings, and the cover as `COVER`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return {key: draft.close() for key, draft in reader.chapters.items()}


class _Reader(HTMLParser):
    """Follows our own templates, which close every element that they open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._chapter = ChapterDraft("")
        self.chapters = {COVER: self._chapter}
        self._heading = ""
        self._skipped = 0
        self._links: list[str] = []
        self._text: list[str] = []
        self._caption = ""
        self._rows: list[list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self._skipped += 1
        elif self._skipped:
            return
        elif tag == "h2":
            self._chapter = ChapterDraft("")
            key = dict(attrs).get("id") or BRIEF
            self.chapters[key + SECOND if key in self.chapters else key] = self._chapter
            self._text = []
        elif tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "br":
            self._text.append(" ")
        elif tag == "a":
            self._links.append("")
        elif tag in BLOCKS or tag in CELLS or tag == "caption":
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipped -= 1
            return
        if self._skipped:
            return
        if tag == "a" and self._links:
            link = self._links.pop()
            # The number of a reference depends on what the whole report cites before it.
            self._text.append("" if link.strip().isdigit() else link)
            return
        text = tidy("".join(self._text))
        if tag == "h2":
            self._chapter.title = text
        elif tag == "table" and self._rows is not None:
            rows = tuple(tuple(row) for row in self._rows)
            self._chapter.tables.append(Table(self._caption, rows, self._heading))
            self._rows = None
        elif tag == "caption":
            self._caption = text
        elif tag in CELLS and self._rows:
            self._rows[-1].append(text)
        elif tag in BLOCKS and self._rows is None:
            self._heading = text if tag == "h3" else self._heading
            self._chapter.blocks.append(text)
        else:
            return
        self._text = []

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._links:
            self._links[-1] += data
        else:
            self._text.append(data)
