"""Turns a PDF from anywhere into its attachments and its chapters, or into one sentence why not.

The chapters are read from the tags of the PDF: these say which text is a cell of which table.
"""

import logging
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from dlsurvey.errors import VerificationError
from dlsurvey.files import explaining
from dlsurvey.render.attachments import MANIFEST, RESULTS
from dlsurvey.verification.printed import Chapter, ChapterDraft, Table, tidy

LARGEST_FILE = 100_000_000
LARGEST_ATTACHMENT = 64_000_000
MOST_PAGES = 1_000
MOST_ELEMENTS = 1_000_000
DEEPEST = 200
"""Nesting of tags; an edition's own stay below 30."""
BLOCKS = frozenset({"/P", "/LI", "/H3", "/H4", "/H5", "/Caption", "/LBody"})
SKIPPED = frozenset({"/Figure", "/Lbl"})
"""Pictures, and the dot or number before an item."""


class Paper(NamedTuple):
    """What a PDF holds."""

    results: bytes
    chapters: tuple[Chapter, ...]
    is_landscape: bool
    """Slides are; an A4 report is not."""
    manifest: bytes | None = None


def read_paper(path: Path) -> Paper:
    """Raises VerificationError for a file that is no PDF of an edition, whatever is in it."""
    with explaining(VerificationError, f"read {path}"):
        if path.stat().st_size > LARGEST_FILE:
            raise VerificationError(f"{path} is too large to be an edition of dlsurvey.")
    with _reading(path):
        import pypdf

        with pypdf.PdfReader(path) as reader:
            if len(reader.pages) > MOST_PAGES:
                raise VerificationError(f"{path} has too many pages to be an edition of dlsurvey.")
            results = _read_attachment(reader, path, RESULTS)
            if results is None:
                raise VerificationError(
                    f"{path} has no {RESULTS} attached, and so nothing to check its numbers against:"
                    " give the report.pdf or slides.pdf of an edition."
                )
            box = reader.pages[0].mediabox
            is_landscape = bool(box.width > box.height)
            chapters = _Reading(reader, joining=not is_landscape).read()
            manifest = _read_attachment(reader, path, MANIFEST)
            return Paper(results, chapters, is_landscape, manifest)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """A damaged or hostile PDF makes its reader fail in many ways; none is a bug of ours."""
    from pypdf.errors import PyPdfError

    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    except (
        PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError,
        NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error, zlib.error,
    ) as error:  # fmt: skip
        raise VerificationError(
            f"{path} cannot be read as a PDF ({type(error).__name__}): give the report.pdf of an"
            " edition."
        ) from error
    finally:
        logger.setLevel(level)


def _read_attachment(reader: Any, path: Path, name: str) -> bytes | None:
    found = [one for one in reader.attachment_list if one.name == name]
    if not found:
        return None
    if len(found) > 1:
        raise VerificationError(
            f"{path} has {len(found)} files {name} attached: give the file that dlsurvey wrote."
        )
    content: bytes = found[0].content
    if len(content) > LARGEST_ATTACHMENT:
        raise VerificationError(f"The {name} in {path} is too large to be that of an edition.")
    return content


class _Reading:
    """One walk over the tags of one PDF."""

    def __init__(self, reader: Any, *, joining: bool) -> None:
        """`joining` puts a table together that goes on over the next page."""
        self._joining = joining
        self._tags = reader.trailer["/Root"].get("/StructTreeRoot")
        self._texts = {
            (page.indirect_reference.idnum, mark): text
            for page in reader.pages
            for mark, text in _read_marks(page).items()
        }
        self._seen = 0
        self._drafts = [ChapterDraft("")]

    def read(self) -> tuple[Chapter, ...]:
        if self._tags is None:
            raise VerificationError(
                "The PDF has no tags, so that its tables cannot be told from its text: give the"
                " file that dlsurvey wrote, not one that was printed or converted."
            )
        self._walk(self._tags, 0, 0)
        return tuple(draft.close() for draft in self._drafts)

    def _walk(self, element: Any, page: int, depth: int) -> None:
        for kid, place in self._list_kids(element, page, depth):
            if isinstance(kid, int):
                continue
            match kid.get("/S"):
                case "/H2":
                    self._drafts.append(ChapterDraft(self._read_text(kid, place, depth)))
                case "/Table":
                    self._add_table(self._read_table(kid, place, depth))
                case name if name in SKIPPED:
                    pass
                case name if name in BLOCKS and not self._holds_tables(kid, place, depth):
                    self._drafts[-1].blocks.append(self._read_text(kid, place, depth))
                case _:
                    self._walk(kid, place, depth + 1)

    def _add_table(self, table: Table) -> None:
        """On each new page a table goes on without its caption, and with its head again if it has one."""
        tables = self._drafts[-1].tables
        if self._joining and tables and not table.caption:
            head = count_common(table.rows, tables[-1].rows)
            tables[-1] = tables[-1]._replace(rows=tables[-1].rows + table.rows[head:])
        else:
            tables.append(table)

    def _list_kids(self, element: Any, page: int, depth: int) -> Iterator[tuple[Any, int]]:
        """Elements, or numbers of marked text, each with the page that it stands on."""
        if depth > DEEPEST:
            raise VerificationError("The tags of the PDF are nested too deeply.")
        element = element.get_object()
        if "/Pg" in element:
            page = element.raw_get("/Pg").idnum
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            self._seen += 1
            if self._seen > MOST_ELEMENTS:
                raise VerificationError("The PDF has too many tags to be an edition of dlsurvey.")
            kid = kid.get_object()  # noqa: PLW2901  a reference and what it leads to are the same
            if isinstance(kid, int):
                yield int(kid), page
            elif kid.get("/Type") == "/MCR":
                yield int(kid["/MCID"]), kid.raw_get("/Pg").idnum if "/Pg" in kid else page
            elif kid.get("/Type") != "/OBJR":
                yield kid, page

    def _holds_tables(self, element: Any, page: int, depth: int) -> bool:
        """Whether a block is only the box round tables or other blocks."""
        return any(
            kid.get("/S") in BLOCKS | {"/Table", "/L", "/H2"}
            or (kid.get("/S") != "/Span" and self._holds_tables(kid, place, depth + 1))
            for kid, place in self._list_kids(element, page, depth)
            if not isinstance(kid, int)
        )

    def _read_table(self, element: Any, page: int, depth: int) -> Table:
        caption = ""
        rows: list[tuple[str, ...]] = []
        for kid, place in self._list_kids(element, page, depth):
            match kid if isinstance(kid, int) else kid.get("/S"):
                case "/Caption":
                    caption = self._read_text(kid, place, depth)
                case "/TR":
                    rows.append(self._read_row(kid, place, depth))
                case "/THead" | "/TBody" | "/TFoot":
                    rows += [
                        self._read_row(row, where, depth + 1)
                        for row, where in self._list_kids(kid, place, depth + 1)
                        if not isinstance(row, int)
                    ]
        return Table(tidy(caption), tuple(rows))

    def _read_row(self, row: Any, page: int, depth: int) -> tuple[str, ...]:
        return tuple(
            self._read_text(cell, place, depth)
            for cell, place in self._list_kids(row, page, depth)
            if not isinstance(cell, int)
        )

    def _read_text(self, element: Any, page: int, depth: int) -> str:
        return tidy("".join(self._gather(element, page, depth)))

    def _gather(self, element: Any, page: int, depth: int) -> Iterator[str]:
        for kid, place in self._list_kids(element, page, depth + 1):
            if isinstance(kid, int):
                yield self._texts.get((place, kid), "")
                continue
            parts = "".join(self._gather(kid, place, depth + 1))
            # The number of a reference depends on what the whole report cites before it.
            if kid.get("/S") != "/Link" or not parts.strip().isdigit():
                yield parts


def count_common(rows: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]) -> int:
    """How many rows at the start are the same."""
    pairs = zip(rows, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _read_marks(page: Any) -> dict[int, str]:
    """The text of each piece of marked content of one page."""
    texts: dict[int, str] = {}
    marks: list[int | None] = []
    _mend_fonts(page)

    def follow(operator: bytes, operands: Any, *_matrices: Any) -> None:
        if operator == b"BDC":
            properties = operands[1]
            marks.append(properties.get("/MCID") if isinstance(properties, dict) else None)
        elif operator == b"BMC":
            marks.append(None)
        elif operator == b"EMC" and marks:
            marks.pop()

    def keep(text: str, *_place: Any) -> None:
        mark = next((one for one in reversed(marks) if one is not None), None)
        if text and mark is not None:
            texts[int(mark)] = texts.get(int(mark), "") + text

    page.extract_text(visitor_operand_before=follow, visitor_text=keep)
    return texts


def _mend_fonts(page: Any) -> None:
    """Say in a word how letters are coded.

    Where a letter is missing in a font, WeasyPrint writes that word as a table of its own, which
    pypdf takes for one of single bytes: then nothing set in this font could be read.
    """
    from pypdf.generic import NameObject, StreamObject

    for reference in page["/Resources"].get("/Font", {}).values():
        font = reference.get_object()
        composed = font.get("/Subtype") == "/Type0" and "/Encoding" in font
        if composed and isinstance(font["/Encoding"], StreamObject):
            font[NameObject("/Encoding")] = NameObject("/Identity-H")
