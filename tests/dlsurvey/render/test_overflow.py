"""Whatever an edition holds, nothing on paper leaves its box and no page scrolls sideways."""

from collections.abc import Iterator
from typing import Any

import pytest

from dlsurvey.figures import draw_figures
from dlsurvey.render.html import render_html
from dlsurvey.render.pages import compose_page
from dlsurvey.render.paper import make_fetcher
from tests.dlsurvey.render.browsing import PHONE, WIDE, browser
from tests.dlsurvey.render.conftest import Ear
from tests.dlsurvey.render.extremes import EXTREMES, Extreme

__all__ = ["browser"]
SLACK = 1.0
"""CSS pixels that rounding may cost."""


def find_overflow(box: Any, right: float, bottom: float) -> Iterator[str]:
    """What stands right of its own block, or below the page."""
    kind = type(box).__name__
    if kind in ("TextBox", "InlineReplacedBox", "BlockReplacedBox"):
        words = repr(getattr(box, "text", kind))[:80]
        if getattr(box, "text", kind).strip():
            if box.position_x + box.width > right + SLACK:
                yield f"{words} ends at {box.position_x + box.width:.0f}, its block at {right:.0f}"
            if box.position_y + box.height > bottom + SLACK:
                yield f"{words} stands below the page"
    elif kind in ("BlockBox", "TableCellBox"):
        edge = box.padding_box_x() + box.padding_width()
        # Listings stand on purpose further out than the text round them.
        right = edge if box.margin_left < 0 else min(right, edge)
    for child in getattr(box, "children", ()):
        yield from find_overflow(getattr(child, "_box", child), right, bottom)


@pytest.mark.parametrize("extreme", EXTREMES, ids=str)
def test_nothing_on_paper_leaves_its_box(extreme: Extreme, ear: Ear) -> None:
    import weasyprint

    ear.heard.clear()
    html = compose_page(extreme.findings, draw_figures(extreme.findings), "print")
    document = weasyprint.HTML(string=html, url_fetcher=make_fetcher(), media_type="print").render(
        pdf_variant="pdf/ua-1"
    )
    found = [
        f"page {number}: {one}"
        for number, page in enumerate(document.pages, 1)
        for child in page._page_box.children
        if type(child).__name__ != "MarginBox"
        for one in find_overflow(child, page.width, page.height)
    ]
    assert found == []
    # Letters of scripts that this machine has no font for are boxes, and nothing worse.
    assert [line for line in ear.heard if not line.startswith(".notdef glyph")] == []


@pytest.mark.parametrize("extreme", EXTREMES, ids=str)
def test_no_page_scrolls_sideways(extreme: Extreme, browser: Any) -> None:
    content = render_html(extreme.findings, draw_figures(extreme.findings))
    for viewport in (WIDE, PHONE):
        context = browser.new_context(viewport=viewport)
        try:
            page = context.new_page()
            page.set_content(content)
            page.evaluate(
                "document.querySelectorAll('details').forEach((one) => { one.open = true })"
            )
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"]
        finally:
            context.close()
