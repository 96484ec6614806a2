"""Turns findings and figures into an edition: a page, an A4 PDF, figures, tables and data."""

from dlsurvey.render.edition import FORMATS, write_edition
from dlsurvey.render.html import render_html
from dlsurvey.render.pdf import render_pdf

__all__ = ["FORMATS", "render_html", "render_pdf", "write_edition"]
