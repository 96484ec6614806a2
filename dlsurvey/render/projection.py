"""Turns a deck into pages of 16:9, each slide on a page of its own and nothing over its edge."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from dlsurvey.render.clipping import REST, clip
from dlsurvey.render.deck import STEPS, Deck, Sheet, Slide, ease, number_sheets
from dlsurvey.render.paper import VARIANT

ANCHOR = "slide-"
"""How the `id` of a slide's heading begins."""

logger = logging.getLogger(__name__)


class Projector:
    """Lays slides out, and lays out again only those that were too full."""

    def __init__(self, deck: Deck, compose: Callable[[Sequence[Sheet]], str], fetcher: Any) -> None:
        """`compose` makes a whole HTML document of some of the slides."""
        from weasyprint.text.fonts import FontConfiguration  # late: it loads Pango

        self.deck = deck
        self.compose = compose
        self.fetcher = fetcher
        # One for all layouts: their pages are put together into one document.
        self.fonts = FontConfiguration()

    def project(self) -> Any:
        """A WeasyPrint document with one page for each slide."""
        slides, pages, document = self._fit(self.deck.slides)
        if len(slides) != len(self.deck.slides):
            # Slides came in between: the numbers behind them have changed.
            document, found = self._lay_out(number_sheets(slides, self.deck))
            pages = [of_slide[0] for of_slide in found]
        return document.copy(pages)

    def _fit(self, slides: Sequence[Slide]) -> tuple[list[Slide], list[Any], Any]:
        """The slides as they fit, the page of each, and the document of the first layout."""
        first = None
        entries: list[tuple[Slide, list[Any]]] = [(slide, []) for slide in slides]
        while any(not pages for _, pages in entries):
            sheets = number_sheets([slide for slide, _ in entries], self.deck)
            missing = [
                sheet for sheet, (_, pages) in zip(sheets, entries, strict=True) if not pages
            ]
            document, found = self._lay_out(missing)
            first = first or document
            laid = iter(found)
            entries = [
                entry for slide, pages in entries for entry in _judge(slide, pages or next(laid))
            ]
        return [slide for slide, _ in entries], [pages[0] for _, pages in entries], first

    def _lay_out(self, sheets: Sequence[Sheet]) -> tuple[Any, list[list[Any]]]:
        """The document and, slide by slide, the pages that each took."""
        import weasyprint

        html = weasyprint.HTML(
            string=self.compose(sheets), url_fetcher=self.fetcher, media_type="print"
        )
        document = html.render(font_config=self.fonts, pdf_variant=VARIANT)
        found: list[list[Any]] = []
        for page in document.pages:
            if any(name.startswith(ANCHOR) for name in page.anchors):
                found.append([page])
            else:
                found[-1].append(page)
        return document, found


def _judge(slide: Slide, pages: list[Any]) -> list[tuple[Slide, list[Any]]]:
    """The slide with its page; what to try instead, without pages, where it took several."""
    if len(pages) == 1:
        if REST in slide.body:
            _warn(slide)
        return [(slide, pages)]
    if slide.step < STEPS - 1:
        return [(one, []) for one in ease(slide, len(pages))]
    less = clip(slide.body, len(pages))
    if less is None:
        _warn(slide)
        return [(slide, pages)]
    return [(slide._replace(body=less), [])]


def _warn(slide: Slide) -> None:
    logger.warning(
        "The slide '%s' holds more than fits, in the smallest type too: the end was left out.",
        slide.heading,
    )
