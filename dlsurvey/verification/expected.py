"""Turns recomputed findings into the chapters that this very evidence would print."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from markupsafe import Markup

from dlsurvey.analysis.findings import Findings
from dlsurvey.errors import ConfigError, VerificationError
from dlsurvey.figures import Figure, Table, draw_figures
from dlsurvey.markdown import Part
from dlsurvey.render.deck import number_sheets
from dlsurvey.render.pages import CHAPTERS, Own, compose_page, list_chapters
from dlsurvey.render.slides import compose_deck, compose_slides
from dlsurvey.sections import Section, Shape
from dlsurvey.settings import Sections
from dlsurvey.verification.attached import Attached, AttachedChapter
from dlsurvey.verification.page import COVER, SECOND, read_page
from dlsurvey.verification.printed import Chapter

Check = Literal["whole", "part", "nothing", "own"]
"""How far a chapter follows from results.json: all that it prints, a part, nothing, or it is the
author's."""

UNCHECKED = ("contents", "changes", "references")
"""What changed needs another edition, and references are numbered as they are cited."""
IN_PART = (COVER, "code")
"""The list of contents stands behind the cover, and listings are not attached."""
TRENDS = "trends"


class Expected(NamedTuple):
    """One chapter, and how far it can be compared."""

    key: str
    chapter: Chapter
    check: Check


def set_anew(findings: Findings, attached: Attached, shape: Shape) -> tuple[Expected, ...]:
    """Every chapter of one shape in its order.

    An edition that does not tell which chapters and figures it prints is compared in what follows
    from its evidence; what else it prints may be the author's, or stand under a figure.
    """
    told = (attached.chapters or {}).get(shape, ())
    is_told = bool(told) and attached.figures is not None
    figures = _draw(findings, attached) if is_told or shape == "slides" else ()
    page = _set(findings, figures, _make_own(told) if told else Own(), shape)
    words = {chapter.key for chapter in told if chapter.own}
    expected = [
        Expected(key, chapter, _judge(key, is_told, findings))
        if key.removesuffix(SECOND) not in words or key + SECOND in page
        else Expected(key, chapter, "own")
        for key, chapter in page.items()
        if key != COVER or attached.cover is not None
    ]
    return tuple(one if is_told else _narrow(one, findings) for one in expected)


def list_left_out(attached: Attached, shape: Shape) -> list[str]:
    """The titles of the report's own chapters that the author took out."""
    told = {chapter.key for chapter in (attached.chapters or {}).get(shape, ())}
    return [title for key, title in list_chapters() if told and key not in told]


def _judge(key: str, is_told: bool, findings: Findings) -> Check:
    if key in UNCHECKED or (key == "frameworks" and not findings.cards):
        return "nothing"
    return "whole" if is_told and key not in IN_PART else "part"


def _narrow(expected: Expected, findings: Findings) -> Expected:
    """Of the trends an older edition tells no more than what their sentences need."""
    if expected.key != TRENDS:
        return expected
    sentences = tuple(trend.sentence for trend in findings.trends)
    return expected._replace(chapter=Chapter(expected.chapter.title, (), sentences))


def _set(
    findings: Findings, figures: Sequence[Figure], own: Own, shape: Shape
) -> dict[str, Chapter]:
    try:
        if shape == "slides":
            deck = compose_deck(findings, figures, own)
            return read_page(compose_slides(findings, number_sheets(deck.slides, deck)))
        return read_page(compose_page(findings, figures, "print", own))
    except ConfigError as error:
        raise VerificationError(
            f"The attached results.json lists chapters that no report can have: {error}"
        ) from error


def _draw(findings: Findings, attached: Attached) -> tuple[Figure, ...]:
    """What the edition draws; of what needs images, which are not attached, only the caption."""
    try:
        drawn = {figure.key: figure for figure in draw_figures(findings)}
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise VerificationError(
            f"The figures of the attached results.json cannot be drawn: {error}."
        ) from error
    if attached.figures is None:
        return tuple(drawn.values())
    return tuple(drawn.get(one.key) or _stand_in(one.key, one.caption) for one in attached.figures)


def _stand_in(key: str, caption: str) -> Figure:
    svg = '<svg viewBox="0 0 100 100"></svg>'
    table = Table(columns=(), rows=())
    return Figure(key=key, svg=svg, alt=caption, caption=caption, width="full", table=table)


def _make_own(told: Sequence[AttachedChapter]) -> Own:
    """Chapters in the author's words as empty ones, all in the order that is told."""
    known = {key for key, _title in CHAPTERS}
    keys = tuple(chapter.key for chapter in told)
    sections = [
        Section(
            key=one.key,
            name=one.key,
            title=one.title,
            position="replaces" if one.key in known else "before",
            anchor=one.key if one.key in known else "references",
            # A slide or a page needs something on it.
            parts=(Part("", Markup("<p>–</p>")),),
        )
        for one in told
        if one.own
    ]
    return Own(sections, Sections(order=keys, drop=tuple(sorted(known - set(keys)))))
