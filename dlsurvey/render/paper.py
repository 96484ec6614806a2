"""Turns a document that can be laid out into a PDF with files attached, or finds it made before.

A document is laid out before its attachments are known: they are made meanwhile (`render/press.py`).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from dlsurvey.errors import MissingDependency
from dlsurvey.fonts import read_font
from dlsurvey.render.attachments import associate, make_attachments
from dlsurvey.render.hangul import drop_joiners
from dlsurvey.render.tags import scope_headers
from dlsurvey.rendition import describe_program
from dlsurvey.shelf import Shelf, make_key

Attached = Mapping[str, bytes]
"""Files that travel inside, by their names."""
Writer = Callable[[Attached], bytes]
"""Writes what is laid out as a PDF."""
VARIANT = "pdf/ua-1"
FONT_SCHEME = "font:"
"""`font:DejaVuSans.ttf` in the style sheet names a file that `dlsurvey.fonts` finds."""
DIGITS = 32


def make_paper(
    page: str,
    created_at: datetime,
    lay_out: Callable[[], Writer],
    await_attached: Callable[[], Attached],
    shelf: Shelf | None,
) -> bytes:
    """What `lay_out` makes of `page` and of its date; from the shelf where it stands there.

    The attachments are waited for only where there is something to be found with them, or to write.
    """
    if shelf is None:
        return lay_out()(await_attached())
    start = make_key(describe_program(), page, created_at)[:DIGITS]
    if shelf.holds(start):
        kept = shelf.fetch(_name(start, await_attached()))
        if kept is not None:
            return kept
    write = lay_out()
    files = await_attached()
    content = write(files)
    shelf.keep(_name(start, files), content)
    return content


def _name(start: str, files: Attached) -> str:
    return f"{start}-{make_key(files)[:DIGITS]}"


def make_writer(document: Any, identity: str, created_at: datetime) -> Writer:
    """For a document of WeasyPrint's; equal `identity`, date and files give equal bytes."""
    return partial(_write, document, sha256(identity.encode()).digest()[:16], created_at)


def _write(document: Any, identifier: bytes, created_at: datetime, files: Attached) -> bytes:
    content: bytes = document.write_pdf(
        finisher=_finish,
        pdf_variant=VARIANT,
        pdf_identifier=identifier,
        attachments=make_attachments(files, created_at, make_fetcher()),
    )
    return content


def _finish(document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves out of a PDF/UA with attachments, and what it should; it calls this."""
    associate(document, pdf)
    scope_headers(pdf)
    drop_joiners(pdf)


def load_weasyprint() -> Any:
    """The module; raises MissingDependency, which names Pango."""
    # Late: it loads Pango, which takes a second and may be missing on a machine that draws no PDF.
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise MissingDependency(
            f"WeasyPrint or its library Pango cannot be loaded ({error}): install Pango,"
            " or leave pdf out of --format."
        ) from error
    return weasyprint


def warm_setting() -> None:
    """Load what setting needs, while there is nothing to set yet."""
    with suppress(MissingDependency):  # setting says what is missing
        load_weasyprint().HTML(string="<p>A", url_fetcher=make_fetcher()).render()


def make_fetcher() -> Any:
    """What WeasyPrint asks for every file: fonts by name, data in the page itself, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class LocalFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Gives out fonts of installed packages and nothing else: no request leaves this machine."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if not url.startswith(FONT_SCHEME):
                raise ValueError(f"The report may load nothing, and asked for {url}")
            return URLFetcherResponse(url, read_font(url.removeprefix(FONT_SCHEME)))

    return LocalFetcher()
