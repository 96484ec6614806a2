"""Turns findings and figures into the HTML text of the report, for the screen or for paper."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jinja2
from markupsafe import Markup, escape
from msgspec.structs import replace

from dlsurvey import formats
from dlsurvey.analysis.age import find_newest_day
from dlsurvey.analysis.breakeven import write_epochs
from dlsurvey.analysis.conclusion import conclude_quantity
from dlsurvey.analysis.deployment_sentences import describe_way, name_workload
from dlsurvey.analysis.findings import Findings, Listing, Provenance
from dlsurvey.analysis.health import describe_age, describe_due
from dlsurvey.analysis.limit import write_operations, write_rate
from dlsurvey.analysis.load import FOREIGN_CORES
from dlsurvey.analysis.scale_sentences import name_axis, name_place
from dlsurvey.analysis.sentences import name_sides, write_difference
from dlsurvey.analysis.setups import name_device
from dlsurvey.analysis.studies import date_measurement
from dlsurvey.anchors import settle_links
from dlsurvey.chapters import Chapter, order_chapters
from dlsurvey.characters import show_controls
from dlsurvey.errors import RenderError
from dlsurvey.figures import Figure, name_figure
from dlsurvey.figures.names import group_holders, name_setting
from dlsurvey.heartbeat import find_missed_after
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, speaking_its_language, teach
from dlsurvey.render.bibliography import cite_edition
from dlsurvey.render.briefs import QUANTITIES, list_briefs, map_titles, write_verdict
from dlsurvey.render.callouts import Callout, read_callouts
from dlsurvey.render.index import write_stamp
from dlsurvey.render.inline import draw_swatch, inline_print, inline_screen
from dlsurvey.render.listings import highlight_print, highlight_screen, list_indents
from dlsurvey.render.references import Citations, Sources, read_references
from dlsurvey.render.scripts import read_script
from dlsurvey.render.styles import read_style
from dlsurvey.render.tables import address_files, write_cell
from dlsurvey.sections import Section, Shape, select_sections
from dlsurvey.settings import Sections
from dlsurvey.telling import translate_told

TEMPLATES = Path(__file__).parents[2] / "templates"
Medium = Literal["screen", "print"]

CHAPTERS = (
    ("topic", mark("Why this topic")),
    ("deep-learning", mark("Deep learning in short")),
    ("frameworks", mark("What a framework is for")),
    ("graphs", mark("Line by line, or as a graph")),
    ("comparison", mark("The comparison")),
    ("trends", mark("Who uses what: the trends")),
    ("data", mark("The data and the network")),
    ("code", mark("The code, side by side")),
    ("adoption", mark("Who builds with what")),
    ("deployment", mark("From training to use")),
    ("jax", mark("JAX, a third way")),
    ("conclusion", mark("Conclusion")),
    ("advice", mark("Which one, for what")),
    ("claims", mark("What the surveys claimed")),
    ("changes", mark("What changed since the last edition")),
    ("limitations", mark("What these results cannot say")),
    ("methods", mark("How it was measured")),
    ("environment", mark("The machine and the versions")),
    ("gaps", mark("What is missing")),
    ("health", mark("The sources and their health")),
    ("references", mark("References")),
)
"""The report's own, in their order; the first of each pair is the `id` of the heading."""
NAMED_OTHERWISE = {"deep-learning": "background", "environment": "evidence"}
"""Templates that do not bear the name of their chapter."""


class Own(NamedTuple):
    """What the user adds to the report, and where."""

    sections: Sequence[Section] = ()
    settings: Sections = Sections()


@speaking_its_language
def compose_page(
    findings: Findings, figures: Iterable[Figure], medium: Medium, own: Own | None = None
) -> str:
    """The whole report as one HTML document for `medium`; raises ConfigError for a wrong order."""
    sections, settings = own or Own()
    shape: Shape = "html" if medium == "screen" else "pdf"
    chapters = order_chapters(list_chapters(), sections, settings, shape)
    sections = select_sections(sections, shape)
    citations, sources = Citations(read_references()), Sources()
    environment = share_environment()
    context: dict[str, Any] = {
        "findings": findings,
        "cover": findings.cover,
        "edition": findings.edition,
        "figures": {figure.key: figure for figure in figures},
        "medium": medium,
        "chapters": chapters,
        "written": frozenset(section.key for section in sections),
        "numbers": number_chapters(chapters),
        "cite": citations.cite,
        "list_cited": citations.list_cited,
        "cite_data": sources.cite,
        "list_data": sources.list_cited,
        "citation": cite_edition(findings.cover, findings.edition),
        "inline": inline_screen if medium == "screen" else inline_print,
        "highlight": highlight_screen if medium == "screen" else highlight_print,
        "indents": list_indents(),
        "script": read_script() if medium == "screen" else None,
    }
    if medium == "screen":
        context["addresses"] = address_files(context["figures"].values())
    try:
        bodies = _render_chapters(environment, context, {one.key: one for one in sections})
        page = environment.get_template("report.html.jinja").render(context, bodies=bodies)
        return show_controls(settle_links(page))
    except jinja2.TemplateError as error:
        raise RenderError(
            f"The templates in {TEMPLATES} cannot be rendered ({error}): reinstall dlsurvey."
        ) from error


def list_chapters() -> tuple[tuple[str, str], ...]:
    """The report's own chapters, with their titles in its language."""
    return tuple((key, _(title)) for key, title in CHAPTERS)


class Numbers(dict[str, int]):
    """Each chapter's number; of one that was left out, a dash."""

    def __missing__(self, key: str) -> str:
        """Without keeping it, so that `in` still tells what is there."""
        return "–"


def number_chapters(chapters: Sequence[Chapter]) -> Numbers:
    """In the order in which they are printed, from 1."""
    return Numbers((chapter.key, number) for number, chapter in enumerate(chapters, 1))


def _render_chapters(
    environment: jinja2.Environment, context: dict[str, Any], sections: Mapping[str, Section]
) -> dict[str, Markup]:
    """Each chapter by its key; the references last, wherever they stand, so that none is missed."""
    chapters: Sequence[Chapter] = context["chapters"]
    bodies = {}
    for chapter in sorted(chapters, key=lambda one: one.key == "references"):
        section = sections.get(chapter.key)
        name = NAMED_OTHERWISE.get(chapter.key, chapter.key) if section is None else "section"
        template = environment.get_template(f"{name}.jinja")
        # Escaped already, by the template that wrote it.
        bodies[chapter.key] = Markup(template.render(context, section=section))  # noqa: S704
    return bodies


@lru_cache
def share_environment() -> jinja2.Environment:
    """One for all pages, so that each template is compiled once."""
    return make_environment()


def make_environment() -> jinja2.Environment:
    """Templates that escape everything and refuse names that are not there."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(environment)
    environment.filters |= list_filters()
    environment.globals |= {
        "name_figure": name_figure,
        "name_workload": name_workload,
        "describe_way": describe_way,
        "quantities": QUANTITIES,
        "include_style": read_style,
        "swatch": draw_swatch,
        "titles_of": map_titles,
        "list_briefs": list_briefs,
        "verdict": write_verdict,
        "sides": name_sides,
        "difference": write_difference,
        "setting": name_setting,
        "group_holders": group_holders,
        "conclude_quantity": conclude_quantity,
        "device": name_device,
        "list_margins": list_margins,
        "foreign_cores": FOREIGN_CORES,
        "callouts": list_callouts,
        "age": describe_age,
        "due": describe_due,
        "missed_after": find_missed_after,
        "newest_evidence": find_newest_day,
        "measured_on": date_measurement,
        "axis_title": name_axis,
        "place_of": name_place,
    }
    return environment


def list_filters() -> dict[str, Callable[..., Any]]:
    """How templates write values."""
    return {
        "number": formats.format_number,
        "percent": formats.format_percent,
        "seconds": formats.format_seconds,
        "memory": formats.format_memory,
        "size": formats.format_size,
        "rate": write_rate,
        "operations": write_operations,
        "day": formats.format_date,
        "code": mark_code,
        "cell": write_cell,
        "quantity": formats.format_quantity,
        "bound": formats.format_bound,
        "epochs": write_epochs,
        "web": is_web_address,
        "dated": write_date,
        "stamp": write_stamp,
        "known": translate_told,
    }


def mark_code(text: str) -> Markup:
    """Words between backticks as code; everything is escaped first."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped


def write_date(provenance: Provenance) -> str:
    """The day, or the year where no more is known."""
    day = provenance.date
    return formats.format_year(day) if provenance.by_year else formats.format_date(day)


def is_web_address(url: str) -> bool:
    """Only these become links: other schemes can run code."""
    return url.startswith(("https://", "http://"))


def list_callouts(listing: Listing) -> list[Callout]:
    """What is said of the listing's parts, in the order in which they stand in it."""
    found = [
        (listing.code.index(one.text), replace(one, words=_(one.words)))
        for one in read_callouts()
        if (one.program, one.stage) == (listing.program, listing.stage) and one.text in listing.code
    ]
    return [one for _place, one in sorted(found, key=lambda pair: pair[0])]


def list_margins(findings: Findings) -> Mapping[str, float]:
    """The margin of each quantity that this edition compares."""
    return {
        comparison.quantity: comparison.margin
        for workload in findings.workloads
        for comparison in workload.comparisons
    }
