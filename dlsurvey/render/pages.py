"""Turns findings and figures into the HTML text of the report, for the screen or for paper."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import jinja2
from markupsafe import Markup, escape

from dlsurvey import formats
from dlsurvey.analysis.findings import Comparison, Findings, WorkloadFindings
from dlsurvey.analysis.sentences import name_sides, write_difference
from dlsurvey.errors import RenderError
from dlsurvey.figures import Cell, Figure, name_figure
from dlsurvey.render.inline import inline_print, inline_screen
from dlsurvey.render.listings import highlight_print, highlight_screen, list_indents
from dlsurvey.render.references import Citations, read_references

TEMPLATES = Path(__file__).parents[2] / "templates"
Medium = Literal["screen", "print"]

CHAPTERS = (
    ("topic", "Why this topic"),
    ("deep-learning", "Deep learning in short"),
    ("frameworks", "What a framework is for"),
    ("comparison", "The comparison"),
    ("trends", "Who uses what: the trends"),
    ("code", "The code, side by side"),
    ("conclusion", "Conclusion"),
    ("methods", "How it was measured"),
    ("environment", "The machine and the versions"),
    ("gaps", "What is missing"),
    ("references", "References"),
)
QUANTITIES = {
    "test_accuracy": "Test accuracy",
    "epoch_seconds": "Seconds per epoch",
    "peak_memory_bytes": "Peak memory",
}
HIGHER = {
    "test_accuracy": "higher",
    "epoch_seconds": "slower",
    "peak_memory_bytes": "larger",
}
"""What a higher value means, in a word."""


def compose_page(findings: Findings, figures: Iterable[Figure], medium: Medium) -> str:
    """The whole report as one HTML document for `medium`."""
    citations = Citations(read_references())
    environment = make_environment()
    try:
        return environment.get_template("report.html.jinja").render(
            findings=findings,
            cover=findings.cover,
            edition=findings.edition,
            figures={figure.key: figure for figure in figures},
            medium=medium,
            chapters=CHAPTERS,
            numbers={key: number for number, (key, _) in enumerate(CHAPTERS, 1)},
            cite=citations.cite,
            list_cited=citations.list_cited,
            inline=inline_screen if medium == "screen" else inline_print,
            highlight=highlight_screen if medium == "screen" else highlight_print,
            indents=list_indents(),
        )
    except jinja2.TemplateError as error:
        raise RenderError(
            f"The templates in {TEMPLATES} cannot be rendered ({error}): reinstall dlsurvey."
        ) from error


def make_environment() -> jinja2.Environment:
    """Templates that escape everything and refuse names that are not there."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": formats.format_number,
        "percent": formats.format_percent,
        "seconds": formats.format_seconds,
        "memory": formats.format_memory,
        "day": formats.format_date,
        "code": mark_code,
        "cell": write_cell,
        "quantity": formats.format_quantity,
        "bound": formats.format_bound,
        "web": is_web_address,
    }
    environment.globals |= {
        "name_figure": name_figure,
        "quantities": QUANTITIES,
        "include_style": _read_style,
        "titles_of": map_titles,
        "verdict": write_verdict,
        "sides": name_sides,
        "difference": write_difference,
        "list_margins": list_margins,
    }
    return environment


def _read_style(name: str) -> Markup:
    # Not a template: braces and percent signs in CSS are CSS.
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  our own style sheet


def mark_code(text: str) -> Markup:
    """Words between backticks as code; everything is escaped first."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped


def is_web_address(url: str) -> bool:
    """Only these become links: other schemes can run code."""
    return url.startswith(("https://", "http://"))


def write_cell(value: Cell) -> str:
    """A table's cell; a missing value is an en dash, never a zero."""
    match value:
        case None:
            return "–"
        case str():
            return value
        case int():
            return f"{value:,}"
        case _:
            return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def map_titles(workload: WorkloadFindings) -> Mapping[str, str]:
    """Framework names to the titles that sentences use."""
    return {member.framework: member.title for member in workload.members}


def list_margins(findings: Findings) -> Mapping[str, float]:
    """The margin of each quantity that this edition compares."""
    return {
        comparison.quantity: comparison.margin
        for workload in findings.workloads
        for comparison in workload.comparisons
    }


class Verdict(NamedTuple):
    """A verdict in a word or two, and whether it is worth the highlight colour."""

    text: str
    clear: bool


def write_verdict(comparison: Comparison, titles: Mapping[str, str]) -> Verdict:
    """What the badge before a result says."""
    more = HIGHER[comparison.quantity]
    a, b = name_sides(comparison, titles)
    match comparison.verdict:
        case "a_higher":
            return Verdict(f"{a} {more}", clear=True)
        case "b_higher":
            return Verdict(f"{b} {more}", clear=True)
        case "equivalent":
            return Verdict("equivalent", clear=True)
        case "inconclusive":
            return Verdict("no clear difference", clear=False)
        case "single_run":
            return Verdict("one run only", clear=False)
