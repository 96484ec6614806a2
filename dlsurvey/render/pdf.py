"""Turns findings and figures into a tagged A4 PDF with the data attached."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from dlsurvey.analysis.findings import Findings
from dlsurvey.errors import MissingDependency
from dlsurvey.figures import Figure
from dlsurvey.fonts import add_faces, read_font
from dlsurvey.garbage import resting_collector
from dlsurvey.language import speaking_its_language
from dlsurvey.render.attachments import RESULTS, associate, make_attachments
from dlsurvey.render.hangul import drop_joiners, keep_words
from dlsurvey.render.pages import Own, compose_page
from dlsurvey.render.results import write_results
from dlsurvey.render.tags import scope_headers
from dlsurvey.rendition import SETTERS, hash_files, read_versions
from dlsurvey.shelf import Shelf, make_key

FONT_SCHEME = "font:"
"""`font:DejaVuSans.ttf` in the style sheet names a file that `dlsurvey.fonts` finds."""


@speaking_its_language
@resting_collector()
def render_pdf(
    findings: Findings,
    figures: Iterable[Figure],
    attached: Mapping[str, bytes] | None = None,
    own: Own | None = None,
    shelf: Shelf | None = None,
) -> bytes:
    """The PDF; equal input gives equal bytes, since every date in it is the edition's own.

    `attached` are the files that travel inside; unless they are given, results.json does.
    A page that stands on the shelf as set before is not set again.
    """
    figures = tuple(figures)
    page = keep_words(add_faces(compose_page(findings, figures, "print", own)))
    files = {RESULTS: write_results(findings, figures, own)} if attached is None else attached
    setting = partial(set_page, page, files, findings.created_at)
    return setting() if shelf is None else shelve(shelf, setting, page, files, findings.created_at)


def set_page(page: str, files: Mapping[str, bytes], created_at: datetime) -> bytes:
    """The HTML document as A4 pages."""
    weasyprint = load_weasyprint()
    fetcher = make_fetcher()
    document = weasyprint.HTML(string=page, url_fetcher=fetcher, media_type="print")
    rendered: bytes = document.write_pdf(
        finisher=finish,
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(page.encode()).digest()[:16],
        attachments=make_attachments(files, created_at, fetcher),
    )
    return rendered


def shelve(shelf: Shelf, setting: Callable[[], bytes], *parts: Any) -> bytes:
    """The paper that `setting` makes of `parts`, from the shelf where it was made before."""
    key = make_key(hash_files(SETTERS), read_versions(), *parts)
    kept = shelf.fetch(key)
    if kept is None:
        kept = setting()
        shelf.keep(key, kept)
    return kept


def finish(document: Any, pdf: Any) -> None:
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
