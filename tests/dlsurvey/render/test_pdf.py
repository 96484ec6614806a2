"""Turns constructed findings into the PDF and reads it as a reader's software would."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.render import render_pdf
from dlsurvey.render.pages import CHAPTERS
from dlsurvey.render.paper import make_fetcher
from tests.dlsurvey.render.conftest import Ear, Paper
from tests.dlsurvey.render.sample import make_cover, make_findings, make_workload


@pytest.fixture(scope="module")
def reader(paper: Paper) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(paper.content))


@pytest.fixture(scope="module")
def text(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_weasyprint_had_nothing_to_complain_about(paper: Paper) -> None:
    assert paper.log == ()


def test_chapters_are_in_the_text_and_in_the_outline(reader: pypdf.PdfReader, text: str) -> None:
    outline = [item for item in reader.outline if not isinstance(item, list)]
    titles = [str(item.title) for item in outline]
    for number, (_, title) in enumerate(CHAPTERS, 1):
        assert title in text
        assert f"{number} {title}" in titles


def test_contents_print_page_numbers(reader: pypdf.PdfReader) -> None:
    contents = reader.pages[1].extract_text()
    assert "References" in contents
    # The list of references and the data take the last few pages.
    last = len(reader.pages)
    assert any(
        f"References{page}" in "".join(contents.replace(".", "").split())
        for page in range(last - 4, last + 1)
    )


def test_document_is_tagged_and_says_language_title_and_author(reader: pypdf.PdfReader) -> None:
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Deep Learning with Python"
    assert reader.metadata.author == "Ada Example"
    assert b"pdfuaid" in catalog["/Metadata"].get_data()


def walk_tags(element: Any) -> Iterator[Any]:
    element = element.get_object()
    if not isinstance(element, pypdf.generic.DictionaryObject):
        return
    yield element
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        yield from walk_tags(kid)


def test_figures_have_alternative_texts(
    reader: pypdf.PdfReader, figures: tuple[Figure, ...]
) -> None:
    catalog: Any = reader.trailer["/Root"]
    elements = list(walk_tags(catalog["/StructTreeRoot"]))
    texts = [str(element["/Alt"]) for element in elements if element.get("/S") == "/Figure"]
    assert texts == [figure.alt for figure in figures]
    kinds = {element.get("/S") for element in elements}
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Link"} <= kinds


def test_page_count_is_sane(reader: pypdf.PdfReader) -> None:
    assert 25 <= len(reader.pages) <= 42


def test_code_is_whole(text: str, findings: Findings) -> None:
    squeezed = "".join(text.split())
    for stage in findings.stages:
        for listing in stage.listings:
            for line in listing.code.splitlines():
                assert "".join(line.split()) in squeezed


def test_no_text_leaves_the_page(reader: pypdf.PdfReader) -> None:
    for page in reader.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        places: list[tuple[float, float]] = []

        def note(
            text: str,
            cm: list[float],
            tm: list[float],
            _font: Any,
            _size: float,
            seen: list[tuple[float, float]] = places,
        ) -> None:
            if text.strip():
                x, y = tm[4], tm[5]
                seen.append((x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]))

        page.extract_text(visitor_text=note)
        for x, y in places:
            assert -1 <= x <= width
            assert -1 <= y <= height + 1


def test_data_are_attached(reader: pypdf.PdfReader, findings: Findings) -> None:
    (content,) = reader.attachments["results.json"]
    assert json.loads(content)["edition"]["id"] == findings.edition.id


def test_second_rendering_gives_the_same_bytes(
    paper: Paper, findings: Findings, figures: tuple[Figure, ...]
) -> None:
    assert render_pdf(findings, figures) == paper.content


@pytest.mark.parametrize("url", ["https://example.org/x", "file:///etc/passwd", "ftp://a/b"])
def test_fetcher_refuses_everything_but_the_fonts(url: str) -> None:
    with pytest.raises(ValueError, match="may load nothing"):
        make_fetcher().fetch(url)


def test_strange_editions_do_not_break_the_layout(ear: Ear) -> None:
    ear.heard.clear()
    findings = make_findings(
        cover=make_cover(author="김서연 Jürgen Müßig " + "W" * 60, subtitle="", institution=""),
        workloads=(
            make_workload(runs=30, frameworks=("tensorflow", "pytorch", "jax", "keras")),
            make_workload("one", runs=1, frameworks=("pytorch",)),
        ),
        trends=(),
        stages=(),
        cards=(),
        gaps=(),
        conclusions=(),
    )
    content = render_pdf(findings, draw_figures(findings))
    # Letters of scripts that this machine has no font for are boxes, and nothing worse.
    assert [line for line in ear.heard if not line.startswith(".notdef glyph")] == []
    assert 15 <= len(pypdf.PdfReader(io.BytesIO(content)).pages) <= 42
