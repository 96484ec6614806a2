"""Turns findings into figures: SVG, alternative text, caption and the table behind each."""

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures.figure import Cell, Figure, Table, name_figure
from dlsurvey.language import speaking_its_language

__all__ = ["Cell", "Figure", "Table", "draw_figures", "name_figure"]


@speaking_its_language
def draw_figures(findings: Findings) -> tuple[Figure, ...]:
    """All figures of an edition, in the order in which the report shows them."""
    # Matplotlib takes a second to import, so commands that draw nothing go without it.
    from dlsurvey.figures.gallery import carry_out, list_orders

    return tuple(figure for order in list_orders(findings) for figure in carry_out(order))
