"""Turns constructed findings into slides and looks at every page of them."""

import io
import json
import os
import re
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

import pypdf
import pytest
from markupsafe import Markup

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.sentences import write_difference
from dlsurvey.errors import ConfigError
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.markdown import Origin, render_markdown
from dlsurvey.render.briefs import map_titles, write_verdict
from dlsurvey.render.choices import choose_trends
from dlsurvey.render.deck import Deck
from dlsurvey.render.pages import Own
from dlsurvey.render.paper import make_fetcher
from dlsurvey.render.press import Press
from dlsurvey.render.projection import Projector
from dlsurvey.render.slides import compose_deck, compose_slides, render_slides, shorten
from dlsurvey.sections import Section
from dlsurvey.settings import Sections
from tests.dlsurvey.render.conftest import Ear, Paper
from tests.dlsurvey.render.extremes import EXTREMES, Extreme, make_empty, make_hostile

MARGIN = 72.0
"""CSS pixels left and right of the text; WeasyPrint measures in them."""


class Show(NamedTuple):
    """Slides that were laid out."""

    deck: Deck
    document: Any


def project(findings: Findings, figures: tuple[Figure, ...], own: Own | None = None) -> Show:
    deck = compose_deck(findings, figures, own)
    projector = Projector(deck, lambda sheets: compose_slides(findings, sheets), make_fetcher())
    return Show(deck, projector.project())


def walk(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from walk(getattr(child, "_box", child))


def check_pages(document: Any) -> None:
    """Nothing stands outside the text's width or below the page, and each slide has one page."""
    for page in document.pages:
        assert sum(name.startswith("slide-") for name in page.anchors) == 1
        for box in walk(page._page_box):
            kind = type(box).__name__
            if kind == "TextBox" and box.text.strip():
                left, top = box.position_x, box.position_y
                assert left >= MARGIN - 1, box.text
                assert left + box.width <= page.width - MARGIN + 1, box.text
                assert top >= 0, box.text
                assert top + box.height <= page.height, box.text
            elif kind.endswith("ReplacedBox"):
                assert box.position_x >= MARGIN - 1
                assert box.position_x + box.width <= page.width - MARGIN + 1
                assert box.position_y + box.height <= page.height


@pytest.fixture(scope="module")
def show(findings: Findings, figures: tuple[Figure, ...]) -> Show:
    return project(findings, figures)


@pytest.fixture(scope="module")
def content(findings: Findings, figures: tuple[Figure, ...], ear: Ear) -> bytes:
    ear.heard.clear()
    content = render_slides(findings, figures)
    assert ear.heard == []
    return content


@pytest.fixture(scope="module")
def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


@pytest.fixture(scope="module")
def texts(reader: pypdf.PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def squeeze(text: str) -> str:
    return "".join(text.split())


def test_pages_are_16_to_9(reader: pypdf.PdfReader) -> None:
    for page in reader.pages:
        assert float(page.mediabox.width) / float(page.mediabox.height) == pytest.approx(
            16 / 9, abs=0.001
        )


def test_each_slide_has_its_page_and_nothing_leaves_it(show: Show, reader: pypdf.PdfReader) -> None:
    assert len(show.document.pages) >= len(show.deck.slides)
    assert len(show.document.pages) == len(reader.pages)
    check_pages(show.document)


def test_a_talk_has_about_forty_slides(reader: pypdf.PdfReader) -> None:
    assert 40 <= len(reader.pages) <= 50


def test_headings_stand_in_the_same_place(show: Show) -> None:
    tops = {
        round(box.position_y)
        for page in show.document.pages[1:]
        for box in walk(page._page_box)
        if getattr(box, "element_tag", "") == "h3"
    }
    assert len(tops) == 1


def test_number_and_chapter_are_on_every_slide(texts: list[str]) -> None:
    for number, text in enumerate(texts[1:], 2):
        assert text.rstrip().endswith(str(number)) or text.lstrip().startswith(str(number))
    accuracy = next(text for text in texts if "MNIST CNN: accuracy" in text)
    assert "The comparison" in accuracy


def test_contents_lead_to_the_first_slide_of_each_chapter(
    reader: pypdf.PdfReader, texts: list[str]
) -> None:
    outline = [item for item in reader.outline if not isinstance(item, list)]
    for item in outline[1:]:
        place = reader.get_destination_page_number(item)
        assert place is not None
        assert squeeze(f"{place + 1}{item.title}") in squeeze(texts[1])


def test_verdicts_and_numbers_are_those_of_the_findings(
    findings: Findings, texts: list[str]
) -> None:
    text = squeeze(" ".join(texts))
    for workload in findings.workloads:
        titles = map_titles(workload)
        for comparison in workload.comparisons:
            effect, interval = write_difference(comparison)
            assert squeeze(write_verdict(comparison, titles).text) in text
            assert squeeze(f"difference {effect}, 95 % interval {interval}") in text
    big, rest = choose_trends(findings.trends, {})
    assert big
    for trend in (*big, *rest):
        assert squeeze(trend.sentence) in text
    for trend in big:
        assert squeeze(trend.meaning) in text


def test_numbers_are_those_of_the_a4_report(texts: list[str], paper: Paper) -> None:
    """What one stored run printed, beside the listings, is on the slides alone."""
    pages = pypdf.PdfReader(io.BytesIO(paper.content)).pages
    known = find_numbers(" ".join(page.extract_text() for page in pages))
    for text in texts:
        if "The code, side by side" not in text:
            assert find_numbers(text) <= known, text


def find_numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,]*\.\d+", text))


def test_code_can_be_copied(findings: Findings, texts: list[str]) -> None:
    text = squeeze(" ".join(texts))
    for stage in findings.stages:
        for listing in stage.listings:
            for line in listing.code.splitlines():
                assert squeeze(line) in text


def test_callouts_and_output_stand_beside_the_code(texts: list[str]) -> None:
    text = squeeze(" ".join(texts))
    assert squeeze("Backward: the gradient of every weight") in text
    assert squeeze("Epoch 1: loss") in text
    assert squeeze("It reported (MNIST CNN, idiomatic, seed 1)") in text


def test_document_is_tagged_and_carries_the_data(
    reader: pypdf.PdfReader, findings: Findings
) -> None:
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert b"pdfuaid" in catalog["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Deep Learning with Python"
    (data,) = reader.attachments["results.json"]
    assert json.loads(data)["edition"]["id"] == findings.edition.id


def test_second_rendering_gives_the_same_bytes(
    findings: Findings, figures: tuple[Figure, ...], content: bytes
) -> None:
    assert render_slides(findings, figures) == content


@pytest.mark.parametrize("extreme", EXTREMES, ids=str)
def test_strange_editions_fit(extreme: Extreme, ear: Ear) -> None:
    ear.heard.clear()
    findings = extreme.findings
    show = project(findings, draw_figures(findings))
    check_pages(show.document)
    assert [line for line in ear.heard if not line.startswith(".notdef glyph")] == []


def test_hostile_text_stays_text() -> None:
    findings = make_hostile()
    deck = compose_deck(findings, ())
    assert "<script>" not in "".join(slide.body for slide in deck.slides)
    assert "49 " not in "".join(slide.heading for slide in deck.slides)


def make_section(text: str, **changes: Any) -> Section:
    parts = render_markdown(text, Origin("mine.md", 1), lambda url: url)
    fields: dict[str, Any] = {
        "key": "mine", "name": "mine", "title": "My own view", "position": "before",
        "anchor": "conclusion", "parts": parts,
    }  # fmt: skip
    return Section(**(fields | changes))


def test_sections_become_slides(findings: Findings) -> None:
    section = make_section("First.\n\n---\n\nSecond.\n\n# Why\n\n- a\n- b\n")
    deck = compose_deck(findings, (), Own((section,), Sections()))
    own = [slide for slide in deck.slides if slide.chapter == "mine"]
    assert [slide.heading for slide in own] == ["My own view", "My own view", "Why"]
    assert "Why" not in own[2].body
    keys = list(dict.fromkeys(slide.chapter for slide in deck.slides))
    assert keys.index("mine") == keys.index("conclusion") - 1


def test_sections_meant_for_paper_are_left_out(findings: Findings) -> None:
    section = make_section("Only here.", shapes=("pdf",))
    deck = compose_deck(findings, (), Own((section,), Sections()))
    assert not any(slide.chapter == "mine" for slide in deck.slides)


def test_a_long_section_is_cut_between_paragraphs(findings: Findings) -> None:
    section = make_section("\n\n".join(f"Paragraph {n}. " + "Words. " * 60 for n in range(12)))
    own = Own((section,), Sections(drop=("comparison", "trends", "code", "data", "claims")))
    show = project(findings, (), own)
    check_pages(show.document)
    assert len(show.document.pages) > len(show.deck.slides)


def test_dropped_chapters_have_no_slides_and_no_line_in_the_contents(findings: Findings) -> None:
    deck = compose_deck(findings, (), Own((), Sections(drop=("jax",))))
    assert not deck.has_slides("jax")
    assert "#jax" not in deck.slides[1].body
    with pytest.raises(ConfigError):
        compose_deck(findings, (), Own((), Sections(drop=("references",))))


def test_texts_are_shortened_between_words() -> None:
    assert shorten("a b", 10) == "a b"
    assert shorten("word " * 10, 22) == "word word word word …"
    assert shorten("W" * 30, 10) == "WWWWWWWWWW …"


def test_the_press_prints_as_alone(
    findings: Findings, figures: tuple[Figure, ...], content: bytes
) -> None:
    with Press(("slides",)) as press:
        assert press.print(findings, figures) == {"slides.pdf": content}


def test_the_press_sets_two_papers_side_by_side(empty_show: Findings) -> None:
    with Press(("pdf", "slides")) as press:
        papers = press.print(empty_show, ())
    assert set(papers) == {"report.pdf", "slides.pdf"}
    assert papers["slides.pdf"] == render_slides(empty_show, ())


def test_slides_are_set_here_where_the_second_process_ends(empty_show: Findings) -> None:
    with Press(("pdf", "slides")) as press:
        assert press._pool is not None
        with pytest.raises(BrokenProcessPool):
            press._pool.submit(os._exit, 9).result()
        papers = press.print(empty_show, ())
    assert papers["slides.pdf"] == render_slides(empty_show, ())


@pytest.fixture
def empty_show() -> Findings:
    return make_empty()


def test_slide_markers_are_not_seen(texts: list[str]) -> None:
    assert not any("<!--" in text or Markup("&lt;") in text for text in texts)
