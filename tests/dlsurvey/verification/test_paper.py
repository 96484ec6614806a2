"""Turns constructed editions into PDF and HTML, and finds the same words in both."""

from pathlib import Path

import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.render import render_pdf
from dlsurvey.render.pages import compose_page
from dlsurvey.verification.agreement import (
    compare_chapters,
    compare_excerpt,
    compare_values,
    merge,
)
from dlsurvey.verification.page import read_page
from dlsurvey.verification.paper import read_paper
from dlsurvey.verification.printed import Chapter, Table, list_numbers, squeeze
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
        [compare_chapters(printed[squeeze(page[key].title)], page[key]) for key in CHAPTERS]
    )
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


def test_slides_are_compared_in_what_they_repeat() -> None:
    sentence = "MNIST CNN: PyTorch needed 25 % less memory at its peak than TensorFlow (979 MB)."
    expected = [Chapter("X", (table(("A", "4 s"), ("B", "6 s")),), (sentence, "Else 7."))]
    true = Chapter("Slide 3", (table(("B", "6 s")),), (sentence, "Of slides only: 12."))
    assert compare_excerpt([true], expected).differences == ()
    assert compare_excerpt([true], expected).numbers == 3
    altered = Chapter("Slide 3", (table(("B", "5 s")),), (sentence.replace("979", "797"),))
    assert [one.given for one in compare_excerpt([altered], expected).differences] == ["5", "797"]
    added = Chapter("Slide 3", (table(("C", "1 s")),), ())
    assert compare_excerpt([added], expected).differences
