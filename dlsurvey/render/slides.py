"""Turns findings and figures into the slides of an edition: a tagged 16:9 PDF with the data attached."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

import jinja2
from markupsafe import Markup

from dlsurvey.analysis.findings import Fact, Findings, Provenance
from dlsurvey.analysis.modes import read_frameworks
from dlsurvey.analysis.scale_sentences import name_axis
from dlsurvey.chapters import Chapter, order_chapters
from dlsurvey.characters import show_controls
from dlsurvey.errors import RenderError
from dlsurvey.figures import Figure
from dlsurvey.fonts import add_faces
from dlsurvey.garbage import resting_collector
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, speaking_its_language
from dlsurvey.render.attachments import RESULTS
from dlsurvey.render.choices import (
    choose_axis,
    choose_claims,
    choose_trends,
    choose_ways,
    list_untold,
    split_ledger,
)
from dlsurvey.render.deck import END, ITEM, Deck, Sheet, number_sheets
from dlsurvey.render.hangul import keep_words
from dlsurvey.render.inline import inline_print
from dlsurvey.render.pages import TEMPLATES, Own, list_chapters, make_environment
from dlsurvey.render.panels import list_panels
from dlsurvey.render.paper import (
    Attached,
    Writer,
    load_weasyprint,
    make_fetcher,
    make_paper,
    make_writer,
    warm_setting,
)
from dlsurvey.render.projection import Projector
from dlsurvey.render.references import Citations, read_references
from dlsurvey.render.results import write_results
from dlsurvey.render.talk import settle_deck, split_section
from dlsurvey.sections import select_sections
from dlsurvey.shelf import Shelf

WITHOUT = ("environment", "health")
"""Chapters of the report that have no slide: their tables are for reading, not for showing."""
TYPE = 20.0
"""Points of a slide's usual type."""
WIDEST = 852.0
TALLEST = 290.0
"""Points that a drawing may take."""
LONGEST_TEXT = 420
"""Characters of one text from a source or a user; the report has all of it."""
TOO_FINE = (
    mark("Newest Python supported"),
    mark("Direct dependencies"),
    mark("Size of its wheel (Linux, x86-64)"),
    mark("Version compared here"),
)
"""Facts of the overview cards that a talk has no time for."""

_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@speaking_its_language
@resting_collector()
def render_slides(
    findings: Findings,
    figures: Iterable[Figure],
    attached: Attached | None = None,
    own: Own | None = None,
    shelf: Shelf | None = None,
) -> bytes:
    """The slides; equal input gives equal bytes. Raises ConfigError for a wrong order of chapters.

    `attached` are the files that travel inside; unless they are given, results.json does.
    Slides that stand on the shelf as set before are not set again.
    """
    figures = tuple(figures)
    deck = compose_deck(findings, figures, own)
    files = {RESULTS: write_results(findings, figures, own)} if attached is None else attached
    # With the slides as they are laid out first everything is said that decides the rest.
    page = compose_slides(findings, number_sheets(deck.slides, deck)) if shelf else ""
    setting = partial(lay_out_slides, findings, deck)
    return make_paper(page, findings.created_at, setting, lambda: files, shelf)


def lay_out_slides(findings: Findings, deck: Deck) -> Writer:
    """The deck as pages of 16:9, what was too full laid out again."""
    load_weasyprint()
    compose = partial(compose_slides, findings)
    document = Projector(deck, compose, make_fetcher()).project()
    identity = "".join(f"{one.heading}{one.body}" for one in deck.slides)
    return make_writer(document, identity, findings.created_at)


def warm_slides() -> None:
    """Load what slides need, while there are none to set yet."""
    environment = _share_environment()
    for name in environment.list_templates():
        if name.startswith("slides"):
            environment.get_template(name)
    warm_setting()


@speaking_its_language
def compose_deck(findings: Findings, figures: Iterable[Figure], own: Own | None = None) -> Deck:
    """All slides, before anyone knows whether they fit."""
    sections, settings = own or Own()
    chapters = order_chapters(list_chapters(), sections, settings, "slides")
    sections = select_sections(sections, "slides")
    deck = Deck()
    environment = _share_environment()
    context = _list_names(findings, figures, deck, chapters)
    written = {section.key: section for section in sections}
    try:
        environment.get_template("slides/opening.jinja").render(context)
        # The references last, wherever they stand, so that none is missed.
        for chapter in sorted(chapters, key=lambda one: one.key == "references"):
            section = written.get(chapter.key)
            if section is None and chapter.key in WITHOUT:
                continue
            name = chapter.key if section is None else "section"
            deck.open(chapter.key, chapter.title)
            environment.get_template(f"slides/{name}.jinja").render(context, section=section)
    except jinja2.TemplateError as error:
        raise RenderError(
            f"The templates in {TEMPLATES} cannot be rendered ({error}): reinstall dlsurvey."
        ) from error
    places = {key: place for place, key in enumerate(["", "contents", *(c.key for c in chapters)])}
    deck.slides.sort(key=lambda slide: places[slide.chapter])
    _fill_contents(deck)
    settle_deck(deck, written)
    return deck


@lru_cache
def _share_environment() -> jinja2.Environment:
    environment = make_environment()
    environment.filters |= {"brief": shorten, "lead": lead, "axis_title": name_axis}
    return environment


def _list_names(
    findings: Findings, figures: Iterable[Figure], deck: Deck, chapters: Sequence[Chapter]
) -> dict[str, Any]:
    """What the templates know."""
    citations = Citations(read_references())
    return {
        "findings": findings,
        "cover": findings.cover,
        "edition": findings.edition,
        "figures": {figure.key: figure for figure in figures},
        "deck": deck,
        "chapters": chapters,
        "cite": citations.cite,
        "list_cited": citations.list_cited,
        "place": place_figure,
        "is_tall": is_tall,
        "list_panels": list_panels,
        "split_section": split_section,
        "tabulate_cards": tabulate_cards,
        "list_untold": list_untold,
        "split_ledger": split_ledger,
        "choose_trends": choose_trends,
        "choose_claims": choose_claims,
        "choose_axis": choose_axis,
        "choose_ways": choose_ways,
        "list_sources": list_sources,
        "item": Markup(ITEM),  # noqa: S704  our own
        "end": Markup(END),  # noqa: S704  our own
        "medium": "print",
        "inline": inline_print,
    }


@speaking_its_language
def compose_slides(findings: Findings, sheets: Sequence[Sheet]) -> str:
    """Some of the slides as one HTML document."""
    template = _share_environment().get_template("slides.html.jinja")
    page = template.render(
        findings=findings, cover=findings.cover, edition=findings.edition, sheets=sheets
    )
    return show_controls(keep_words(add_faces(page)))


def _fill_contents(deck: Deck) -> None:
    """Leave out of the contents the chapters that turned out to have no slide."""
    for place, slide in enumerate(deck.slides):
        if slide.layout == "contents":
            rows = slide.body.split("<!--row:")
            kept = [
                row.partition("-->")[2]
                for row in rows[1:]
                if deck.has_slides(row.partition("-->")[0])
            ]
            deck.slides[place] = slide._replace(body=rows[0] + "".join(kept))


def place_figure(figure: Figure, tallest: float = TALLEST, widest: float = WIDEST) -> Markup:
    """The drawing as large as allowed, in points of the usual type, with which it shrinks."""
    box = _BOX.search(figure.svg)
    if box is None:
        return inline_print(figure)
    width, height = float(box[1]), float(box[2])
    scale = min(widest / width, tallest / height) / TYPE
    style = Markup('<img style="width: {:.2f}em; height: {:.2f}em"').format(
        width * scale, height * scale
    )
    return Markup(inline_print(figure).replace("<img", style, 1))  # noqa: S704  made here


def is_tall(figure: Figure) -> bool:
    """Whether the drawing is at least as high as it is wide, so that a column suits it."""
    box = _BOX.search(figure.svg)
    return box is not None and float(box[2]) >= float(box[1])


def shorten(text: str, most: int = LONGEST_TEXT) -> str:
    """At most so many characters, cut between words where there are any."""
    if len(text) <= most:
        return text
    head = text[:most]
    return f"{head[: head.rfind(' ')] if ' ' in head[most // 2 :] else head} …"


def lead(text: str) -> str:
    """Its first sentence."""
    first, stop, _rest = text.partition(". ")
    return first + stop.strip()


def tabulate_cards(findings: Findings) -> list[tuple[str, list[Fact | None]]]:
    """The labels of the overview cards, and of each card its fact; the default modes at the end."""
    left_out = [_(label) for label in TOO_FINE]
    labels = dict.fromkeys(
        fact.label for card in findings.cards for fact in card.facts if fact.label not in left_out
    )
    rows: list[tuple[str, list[Fact | None]]] = [
        (
            label,
            [
                next((one for one in card.facts if one.label == label), None)
                for card in findings.cards
            ],
        )
        for label in labels
    ]
    modes = {framework.name: framework.modes for framework in read_frameworks()}
    provenance = Provenance(source="dlsurvey", status="measured", date=findings.created_at.date())
    rows.append(
        (
            _("Modes that can run here, the default first"),
            [
                Fact(label=_("Modes"), text=", ".join(modes[card.name]), provenance=provenance)
                if modes.get(card.name)
                else None
                for card in findings.cards
            ],
        )
    )
    return rows


def list_sources(findings: Findings) -> list[Provenance]:
    """Where the signals came from, each source once for each day and status, in the order shown."""
    trends = [findings.overview_trend] if findings.overview_trend else []
    found = [one for trend in [*trends, *findings.trends] for one in trend.provenance]
    return list({(one.source, one.status, one.date): one for one in found}.values())
