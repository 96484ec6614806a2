"""Turns works with every awkward character into BibTeX, and an edition into its citation."""

import re
from datetime import date
from typing import Any

import pytest
from markupsafe import Markup

from dlsurvey.chapters import Chapter
from dlsurvey.markdown import Part
from dlsurvey.render.bibliography import (
    cite_edition,
    escape_tex,
    find_cited,
    write_bibliography,
)
from dlsurvey.render.pages import make_environment
from dlsurvey.render.references import Reference, read_references
from dlsurvey.sections import Section
from tests.dlsurvey.render.sample import make_cover, make_edition

ENTRY = re.compile(r"@(\w+)\{([^,]+),\n((?:  \w+ = (?:\{.*\}|\w+),\n)+)\}\n")
FIELD = re.compile(r"  (\w+) = (?:\{(.*)\}|(\w+)),\n")


def read(text: str) -> dict[str, dict[str, str]]:
    """A strict reader: every entry in the one shape that is written, braces balanced."""
    entries = {}
    for kind, key, body in ENTRY.findall(text):
        fields = {name: value or bare for name, value, bare in FIELD.findall(body)}
        for value in fields.values():
            depth = 0
            for letter in value:
                depth += {"{": 1, "}": -1}.get(letter, 0)
                assert depth >= 0
            assert depth == 0
        entries[key] = {"kind": kind} | fields
    assert len(entries) == text.count("\n@") + text.startswith("@")
    return entries


def write_one(**fields: Any) -> dict[str, str]:
    work = Reference(id="x", **fields)
    return read(write_bibliography([work], "2026").decode())["x"]


def test_every_work_of_the_list_is_written_and_can_be_read() -> None:
    works = read_references()
    entries = read(write_bibliography(works, "2026-11-20-a1b2c3").decode())
    assert list(entries) == [work.id for work in works]
    assert {entry["kind"] for entry in entries.values()} <= {
        "article", "book", "inproceedings", "misc", "techreport",
    }  # fmt: skip
    for work in works:
        entry = entries[work.id]
        assert entry["title"].startswith("{")
        assert ("author" in entry) is not ("key" in entry)
        assert entry.get("urldate") == (work.accessed.isoformat() if work.accessed else None)
        assert entry.get("year") == (str(work.year) if work.year else None)


def test_a_journal_gives_volume_number_and_pages() -> None:
    entry = write_one(
        title="T",
        authors="LeCun, Y.",
        published_in="Proceedings of the IEEE 86 (11), 2278–2324",
        year=1998,
    )
    assert entry == {
        "kind": "article", "author": "LeCun, Y.", "title": "{T}",
        "journal": "Proceedings of the IEEE", "volume": "86", "number": "11",
        "pages": "2278--2324", "year": "1998",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("published_in", "kind", "field", "value"),
    [
        ("Advances in Neural Information Processing Systems 32", "inproceedings", "booktitle",
         "Advances in Neural Information Processing Systems 32"),
        ("27th International Conference on Machine Learning, 807–814", "inproceedings", "booktitle",
         "27th International Conference on Machine Learning"),
        ("Technical report, University of Toronto", "techreport", "institution",
         "University of Toronto"),
        ("MIT Press", "book", "publisher", "MIT Press"),
        ("Course slides", "misc", "howpublished", "Course slides"),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_misc(published_in: str, kind: str, field: str, value: str) -> None:
    entry = write_one(title="T", authors="Nair, V.", published_in=published_in)
    assert (entry["kind"], entry[field]) == (kind, value)
    assert "key" not in entry
    entry = write_one(title="T & U", published_in=published_in)
    assert (entry["kind"], entry["key"], entry["title"]) == ("misc", r"T \& U", r"{T \& U}")
    assert entry["howpublished"] == published_in.replace("–", "--")


@pytest.mark.parametrize(
    ("authors", "written"),
    [
        ("Goodfellow, I., Bengio, Y.", "Goodfellow, I. and Bengio, Y."),
        ("Harris, C. R., van der Walt, S. J. et al.", "Harris, C. R. and van der Walt, S. J. and others"),
        ("TensorFlow", "{TensorFlow}"),
        ("Müßig, J.-P., Team & Co", r"Müßig, J.-P. and {Team \& Co}"),
    ],
)  # fmt: skip
def test_authors_are_taken_apart(authors: str, written: str) -> None:
    assert write_one(title="T", authors=authors)["author"] == written


def test_no_character_breaks_out() -> None:
    hostile = 'a}b{c\\d%e#f$g_h~i^j&k\n@article{evil,\x1b[31m "q"'
    entry = write_one(title=hostile, authors=hostile, note=hostile, url="https://e.org/a_b}%7D{\\")
    assert entry["url"] == "https://e.org/a_b%7D%7D%7B%5C"
    assert "\n" not in entry["title"]
    assert r"{\textbraceright}b{\textbraceleft}c{\textbackslash}d\%e\#f\$g\_h" in entry["title"]
    assert escape_tex("naïve – 김") == "naïve -- 김"


def test_dates_of_access_and_digital_identifiers_are_kept() -> None:
    entry = write_one(title="T", url="https://doi.org/10.1/a_b", accessed=date(2026, 11, 20))
    assert entry["doi"] == r"10.1/a\_b"
    assert entry["urldate"] == "2026-11-20"
    assert entry["note"] == "Accessed 20 November 2026."


def test_an_edition_can_be_cited() -> None:
    citation = cite_edition(make_cover(), make_edition())
    assert citation.text == (
        "Ada Example: Deep Learning with Python: A comparison of TensorFlow and PyTorch."
        " Programming Paradigms, Example University, 20 November 2026."
        " Edition 2026-11-20-a1b2c3, written by dlsurvey 0.1.0."
    )
    (entry,) = read(citation.bibtex).values()
    assert entry["author"] == "Ada Example"
    assert (entry["year"], entry["month"]) == ("2026", "nov")


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("Kim, A. and Lee, B.", "Kim, A. and Lee, B."),
        ("Ada Kim and Bo Lee", "Ada Kim and Bo Lee"),
        ("A, B, C and Lee, B.", "{A, B, C} and Lee, B."),
        ("Kim, A., Lee, B.", "{Kim, A., Lee, B.}"),
    ],
)
def test_authors_of_an_edition_are_told_apart(author: str, written: str) -> None:
    (entry,) = read(cite_edition(make_cover(author=author), make_edition()).bibtex).values()
    assert entry["author"] == written


def test_a_bare_cover_can_be_cited_too() -> None:
    cover = make_cover(author="", course="", institution="", subtitle="")
    citation = cite_edition(cover, make_edition())
    assert citation.text.startswith("Deep Learning with Python. 20 November 2026. Edition")
    hostile = cite_edition(
        make_cover(author="a, b, c}, title={x", title="50 % & more"), make_edition()
    )
    (entry,) = read(hostile.bibtex).values()
    assert entry["author"].startswith("{a, b, c{")
    assert entry["title"].startswith(r"{50 \% \& more: ")


def test_works_are_found_in_a_page(page: str) -> None:
    works = find_cited(page, read_references())
    numbers = re.findall(r'href="#ref-([^"]+)" aria-label="Reference (\d+)"', page)
    assert {(name, int(number)) for name, number in numbers} == {
        (work.id, number) for number, work in enumerate(works, 1)
    }


def test_the_templates_for_sections_and_citations_escape_and_need_nothing_else() -> None:
    environment = make_environment()
    citation = cite_edition(make_cover(author="<b>Ada</b>"), make_edition())
    text = environment.get_template("cite.jinja").render(citation=citation)
    assert "&lt;b&gt;Ada&lt;/b&gt;" in text
    assert "<b>" not in text
    section = Section(
        key="my-view", name="my-view", title="A & B", position="before", anchor="conclusion",
        parts=(Part("", Markup("<p>Mine.</p>")),),
    )  # fmt: skip
    text = environment.get_template("section.jinja").render(
        section=section, numbers={"my-view": 4}, chapters=(Chapter("my-view", "A & B"),)
    )
    assert '<h2 id="my-view"><span class="number">4</span> A &amp; B</h2>' in text
    assert "<p>Mine.</p>" in text
