"""Turns constructed editions into PDF and HTML, and finds the same words in both."""

from pathlib import Path

import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.language import speak
from dlsurvey.render import render_pdf
from dlsurvey.render.deck import number_sheets
from dlsurvey.render.pages import compose_page
from dlsurvey.render.slides import compose_deck, compose_slides, render_slides
from dlsurvey.verification.agreement import compare_values, merge
from dlsurvey.verification.chapters import compare_chapters
from dlsurvey.verification.expected import UNCHECKED
from dlsurvey.verification.page import read_page
from dlsurvey.verification.paper import read_paper
from dlsurvey.verification.printed import Chapter, Table, list_numbers, squeeze
from dlsurvey.verification.slides import compare_slides
from tests.dlsurvey.render.sample import make_findings, make_workload

CHAPTERS = ("comparison", "conclusion", "gaps", "health", "methods")


@pytest.fixture(
    scope="module",
    params=[("tensorflow", "pytorch"), ("tensorflow", "pytorch", "jax", "keras", "a", "b", "c", "d")],
)  # fmt: skip
def many(request: pytest.FixtureRequest) -> Findings:
    """The second one has tables that go on over the next page."""
    workloads = tuple(
        make_workload(name, runs=5, frameworks=request.param)
        for name in ("mnist-cnn", "cifar10-cnn")
    )
    return make_findings(workloads=workloads, stages=(), trends=(), cards=())


def test_every_table_and_sentence_is_read_from_the_pdf_as_from_the_page(
    many: Findings, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(many, ()))
    printed = {squeeze(one.title): one for one in read_paper(path).chapters}
    page = read_page(compose_page(many, (), "print"))
    agreement = merge(
        [
            compare_chapters(printed[squeeze(page[key].title)], page[key], whole=True)
            for key in CHAPTERS
        ]
    )
    assert agreement.differences == ()
    assert agreement.numbers > 200


def test_every_row_and_sentence_is_read_from_the_slides_however_they_are_cut(
    many: Findings, tmp_path: Path
) -> None:
    path = tmp_path / "slides.pdf"
    path.write_bytes(render_slides(many, ()))
    printed = {squeeze(one.title): one for one in read_paper(path).chapters}
    deck = compose_deck(many, ())
    page = read_page(compose_slides(many, number_sheets(deck.slides, deck)))
    told = [one for key, one in page.items() if key not in UNCHECKED]
    agreement = merge([compare_slides(printed[squeeze(one.title)], one) for one in told])
    assert agreement.differences == ()
    assert agreement.numbers > 200


def test_numbers_are_found_as_they_are_written() -> None:
    assert list_numbers("−0.15 points, 1,204 s, 1.2e−10 and +3.5 %") == [
        "−0.15", "1,204", "1.2e−10", "+3.5",
    ]  # fmt: skip


def test_line_breaks_hyphens_and_chapter_numbers_do_not_count() -> None:
    assert squeeze("see Chapter 10, a well-\nknown\u00ad 5 %") == squeeze(
        "see Chapter 9, a wellknown 5%"
    )
    assert squeeze("−5") != squeeze("5")
    assert squeeze("see a chapter that this report leaves out.") == squeeze("see chapter 7.")
    with speak("ko"):
        assert squeeze("이 보고서에서 뺀 장에 있다") == squeeze("제7장에 있다")


def test_citation_numbers_are_left_out() -> None:
    page = read_page(
        '<h2 id="a"><span>3</span> A</h2><p>Known<sup><a href="#ref-x">7</a></sup> for 5 years.</p>'
    )
    assert page["a"] == Chapter("A", (), ("Known for 5 years.",))


def table(*rows: tuple[str, ...], caption: str = "Times in 3 runs") -> Table:
    return Table(caption, (("Who", "Time"), *rows))


@pytest.mark.parametrize(
    ("printed", "where"),
    [
        ((table(("A", "5 s")),), ["table 'Times in 3 runs', row 'A', column 'Time'"]),
        ((), ["table 'Times in 3 runs'"]),
        ((table(),), ["table 'Times in 3 runs'"]),
        ((table(("A", "4 s"), caption="Times in 4 runs"),), ["the caption of a table"]),
        ((table(("A", "4 s")), table(("B", "1 s"), caption="Else")), ["table 'Else'"]),
        ((table(("A",)),), ["table 'Times in 3 runs', row 'A'"]),
    ],
)
def test_every_way_to_alter_a_table_is_named(printed: tuple[Table, ...], where: list[str]) -> None:
    expected = Chapter("X", (table(("A", "4 s")),), ())
    found = compare_chapters(Chapter("X", printed, ()), expected)
    assert [one.where for one in found.differences] == where


def test_json_is_compared_number_by_number() -> None:
    given = {"a": [{"name": "x", "n": 1.0}], "b": None, "c": True, "d": [1, 2]}
    same = compare_values(given, {**given, "a": [{"name": "x", "n": 1.0 + 1e-13}]}, "r")
    assert (same.numbers, same.differences) == (3, ())
    other = compare_values(given, {"a": [{"name": "x", "n": 1.1}], "b": 0, "c": 1, "d": [1]}, "r")
    assert [tuple(one) for one in other.differences] == [
        ("r › a › x › n", "1.0", "1.1"),
        ("r › b", "nothing", "0"),
        ("r › c", "True", "1"),
        ("r › d", "2 entries", "1 entries"),
    ]


SPLIT = Chapter("X", (), ("It took 4 s with", "and 5 s without.", "7 s"))


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (("It took 4 s with and 5 s without.", "7 s"), []),
        (("It took 4 s with and 5 s without.",), ["the sentence '7 s'"]),
        (("It took 4 s with and 5 s without.", "8 s"), ["7"]),
        (("took 4 s with", "and 5 s without.", "7 s"), ["It took 4 s with"]),
    ],
)
def test_a_sentence_over_two_pages_is_one_and_all_others_are_named(
    expected: tuple[str, ...], given: list[str]
) -> None:
    found = compare_chapters(SPLIT, Chapter("X", (), expected), whole=True)
    assert [one.given for one in found.differences] == given


def test_more_may_stand_where_only_a_part_is_expected() -> None:
    assert compare_chapters(SPLIT, Chapter("X", (), ("7 s",))).differences == ()
