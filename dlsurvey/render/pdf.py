"""Turns findings and figures into a tagged A4 PDF with the data attached."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure
from dlsurvey.fonts import add_faces
from dlsurvey.garbage import resting_collector
from dlsurvey.language import speaking_its_language
from dlsurvey.render.attachments import RESULTS
from dlsurvey.render.hangul import keep_words
from dlsurvey.render.pages import Own, compose_page, share_environment
from dlsurvey.render.paper import (
    VARIANT,
    Attached,
    Writer,
    load_weasyprint,
    make_fetcher,
    make_paper,
    make_writer,
    warm_setting,
)
from dlsurvey.render.results import write_results
from dlsurvey.shelf import Shelf


@speaking_its_language
@resting_collector()
def render_pdf(
    findings: Findings,
    figures: Iterable[Figure],
    attached: Attached | Callable[[], Attached] | None = None,
    own: Own | None = None,
    shelf: Shelf | None = None,
) -> bytes:
    """The PDF; equal input gives equal bytes, since every date in it is the edition's own.

    `attached` are the files that travel inside, or give them once they are needed; without it,
    results.json does. A page that stands on the shelf as set before is not set again.
    """
    figures = tuple(figures)
    page = keep_words(add_faces(compose_page(findings, figures, "print", own)))
    if attached is None:
        attached = {RESULTS: write_results(findings, figures, own)}
    given = attached
    awaited = given if callable(given) else lambda: given
    setting = partial(lay_out_page, page, findings.created_at)
    return make_paper(page, findings.created_at, setting, awaited, shelf)


def warm_pages() -> None:
    """Load what the A4 pages need, while there are no figures for them yet."""
    environment = share_environment()
    for name in environment.list_templates(filter_func=lambda name: "/" not in name):
        if name.endswith(".jinja"):
            environment.get_template(name)
    warm_setting()


def lay_out_page(page: str, created_at: datetime) -> Writer:
    """The HTML document as A4 pages."""
    html = load_weasyprint().HTML(string=page, url_fetcher=make_fetcher(), media_type="print")
    return make_writer(html.render(pdf_variant=VARIANT), page, created_at)
