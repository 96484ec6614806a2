"""The PDFs hold to what PDF/UA-1 asks for, as far as a program can tell.

After the Matterhorn Protocol of the PDF Association, its machine-checkable failure conditions; no
validator is a Python package, so those that concern what we write are checked here one by one.
"""

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdf
import pytest
from pypdf.generic import ContentStream

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure
from dlsurvey.render.slides import render_slides
from tests.dlsurvey.render.conftest import Paper

SHOWING = frozenset(
    (b"Tj", b"TJ", b"'", b'"', b"f", b"f*", b"B", b"B*", b"S", b"s", b"b", b"sh", b"Do")
)
"""Operators that put something on the page."""
STANDARD = frozenset((
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index",
    "NonStruct", "P", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR",
    "TH", "TD", "THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference", "Code", "Link",
    "Annot", "Figure", "Formula", "Form",
))  # fmt: skip
"""ISO 32000-1, 14.8.4."""


@pytest.fixture(scope="module", params=["A4", "slides"])
def reader(
    request: pytest.FixtureRequest, paper: Paper, findings: Findings, figures: tuple[Figure, ...]
) -> pypdf.PdfReader:
    content = paper.content if request.param == "A4" else render_slides(findings, figures)
    return pypdf.PdfReader(io.BytesIO(content))


@pytest.fixture(scope="module")
def elements(reader: pypdf.PdfReader) -> list[Any]:
    return list(walk(reader.root_object["/StructTreeRoot"]))


def list_kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


def walk(element: Any) -> Iterator[Any]:
    for kid in list_kids(element):
        if isinstance(kid, dict) and "/S" in kid:
            yield kid
            yield from walk(kid)


def test_the_document_says_what_it_is(reader: pypdf.PdfReader) -> None:
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfuaid:part="1"' in metadata
    assert "dc:title" in metadata
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"


def test_everything_on_a_page_is_tagged_or_an_artifact(reader: pypdf.PdfReader) -> None:
    for page in reader.pages:
        depth = 0
        for _, operator in ContentStream(page["/Contents"].get_object(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                depth += 1
            elif operator == b"EMC":
                depth -= 1
            else:
                assert depth or operator not in SHOWING
        assert depth == 0


def test_tags_are_of_the_standard(elements: list[Any]) -> None:
    assert {element["/S"].removeprefix("/") for element in elements} <= STANDARD


def test_headings_skip_no_level(elements: list[Any]) -> None:
    levels = [int(one["/S"][2:]) for one in elements if one["/S"][:2] == "/H" and one["/S"][2:]]
    assert levels[0] == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


def test_figures_have_alternatives_and_boxes(elements: list[Any]) -> None:
    figures = [element for element in elements if element["/S"] == "/Figure"]
    assert len(figures) > 10
    for figure in figures:
        assert figure["/Alt"].strip()
        assert len(figure["/A"].get_object()["/BBox"]) == 4


def test_header_cells_say_what_they_head(elements: list[Any]) -> None:
    tables = [element for element in elements if element["/S"] == "/Table"]
    assert len(tables) > 10
    for table in tables:
        cells = [element for element in walk(table) if element["/S"] in ("/TH", "/TD")]
        headers = [cell for cell in cells if cell["/S"] == "/TH"]
        assert headers
        assert {cell["/A"].get_object()["/Scope"] for cell in headers} <= {"/Column", "/Row"}
        assert all("/Headers" not in cell["/A"].get_object() for cell in cells)
        for head in (part for part in list_kids(table) if part.get("/S") == "/THead"):
            scopes = [one["/A"].get_object()["/Scope"] for one in walk(head) if one["/S"] == "/TH"]
            assert set(scopes) == {"/Column"}


def test_no_name_is_given_twice(elements: list[Any]) -> None:
    names = [element["/ID"] for element in elements if "/ID" in element]
    assert len(names) == len(set(names))


def test_links_are_tagged_and_described(reader: pypdf.PdfReader) -> None:
    seen = 0
    page: Any
    for page in reader.pages:
        annotations = [one.get_object() for one in page.get("/Annots", [])]
        assert not annotations or page["/Tabs"] == "/S"
        for annotation in annotations:
            assert annotation["/Contents"].strip()
            assert "/StructParent" in annotation
            seen += 1
    assert seen > 20


def test_fonts_are_inside_and_their_letters_can_be_read(reader: pypdf.PdfReader) -> None:
    pages: Any = reader.pages
    fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert any(key.startswith("/FontFile") for key in descriptor)


def test_attached_files_say_what_they_are(reader: pypdf.PdfReader) -> None:
    root: Any = reader.root_object
    files = [one.get_object() for one in root["/AF"]]
    assert files
    for file in files:
        assert file["/AFRelationship"] == "/Data"
        assert file["/Desc"].strip()
        assert file["/UF"] == file["/F"]
