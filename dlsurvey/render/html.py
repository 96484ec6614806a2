"""Turns findings and figures into one self-contained page that opens from the disk."""

from collections.abc import Iterable

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure
from dlsurvey.render.pages import Own, compose_page


def render_html(findings: Findings, figures: Iterable[Figure], own: Own | None = None) -> str:
    """The page: styles and drawings inside, nothing loaded from elsewhere."""
    return compose_page(findings, figures, "screen", own)
