"""What is unchanged is neither drawn nor set again, and two processes draw what one would."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure, gallery
from dlsurvey.figures.gallery import Order, carry_out
from dlsurvey.render import pdf, slides
from dlsurvey.render.paper import Writer, make_paper
from dlsurvey.render.pdf import render_pdf
from dlsurvey.render.press import Press
from dlsurvey.render.slides import render_slides
from dlsurvey.shelf import Shelf
from tests.dlsurvey.render.extremes import make_empty
from tests.dlsurvey.render.sample import make_findings
from tests.dlsurvey.samples import NOON


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """The orders that were carried out in this process."""
    orders: list[Order] = []

    def count(order: Order) -> tuple[Figure, ...]:
        orders.append(order)
        return carry_out(order)

    monkeypatch.setattr(gallery, "carry_out", count)
    return orders


def test_two_processes_draw_as_one(findings: Findings, figures: tuple[Figure, ...]) -> None:
    with Press(("pdf", "slides")) as press:
        press.send(len, ()).result()  # type: ignore[union-attr]  # its libraries are loaded
        assert press.draw(findings) == figures


def test_only_what_changed_is_drawn_again(
    findings: Findings, figures: tuple[Figure, ...], drawn: list[Order], tmp_path: Path
) -> None:
    with Press((), tmp_path) as press:
        assert press.draw(findings) == figures
    every = len(drawn)
    assert every > len(figures) / 2
    drawn.clear()
    trend = findings.trends[0]
    changed = replace(findings, trends=(replace(trend, alt="Another."), *findings.trends[1:]))
    with Press((), tmp_path) as press:
        assert press.draw(findings) == figures
        assert drawn == []
        assert [one.alt for one in press.draw(changed)].count("Another.") == 1
    assert [order.given[0] for order in drawn] == [changed.trends[0]]
    drawn.clear()
    with Press((), tmp_path, anew=True) as press:
        assert press.draw(findings) == figures
    assert len(drawn) == every


def test_another_language_is_drawn_anew(drawn: list[Order], tmp_path: Path) -> None:
    findings = make_findings()
    korean = replace(findings, cover=replace(findings.cover, language="ko"))
    with Press((), tmp_path) as press:
        english = press.draw(findings)
        every = len(drawn)
        assert press.draw(korean) != english
    assert len(drawn) == 2 * every


def test_a_page_that_is_the_same_is_not_set_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = make_empty()
    attached = {"results.json": b"{}"}
    papers: dict[str, bytes] = {}
    for name in ("pdf", "slides"):
        with Press((name,), tmp_path) as press:
            papers |= press.print(findings, (), attached)

    def refuse(*given: object) -> bytes:
        raise AssertionError("set again")

    monkeypatch.setattr(pdf, "lay_out_page", refuse)
    monkeypatch.setattr(slides, "lay_out_slides", refuse)
    for name in ("pdf", "slides"):
        with Press((name,), tmp_path) as press:
            assert press.print(findings, (), attached).items() <= papers.items()
            with pytest.raises(AssertionError, match="set again"):
                press.print(findings, (), {"results.json": b"[]"})
            other = replace(findings, cover=replace(findings.cover, author="Somebody else"))
            with pytest.raises(AssertionError, match="set again"):
                press.print(other, (), attached)


def make_rest(
    findings: Findings, figures: Sequence[Figure], formats: Sequence[str], own: object
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """A page and a file to attach; a function of the module, so that the second process finds it."""
    data = f"{findings.edition.id} {len(figures)} {' '.join(formats)} {own}".encode()
    return {"report.html": b"<p>", "results.json": data}, {"results.json": data}


@pytest.mark.parametrize("alive", [True, False], ids=["two processes", "the second one ended"])
def test_the_rest_and_the_papers_come_together(alive: bool) -> None:
    findings = make_empty()
    formats = ("html", "pdf", "slides")
    with Press(formats) as press:
        if not alive:
            ended = press.send(os._exit, 9)
            assert ended is not None
            with pytest.raises(BrokenProcessPool):
                ended.result()
        files = press.complete(make_rest, findings, ())
    rest, attached = make_rest(findings, (), formats, None)
    assert files == {
        **rest,
        "report.pdf": render_pdf(findings, (), attached),
        "slides.pdf": render_slides(findings, (), attached),
    }


def test_one_paper_is_set_here(tmp_path: Path) -> None:
    findings = make_empty()
    for name, paper in (("pdf", "report.pdf"), ("slides", "slides.pdf")):
        with Press((name,), tmp_path) as press:
            files = press.complete(make_rest, findings, ())
            assert set(files) == {"report.html", "results.json", paper}
            assert press.complete(make_rest, findings, ()) == files


def test_what_fails_in_the_second_process_fails_here() -> None:
    with Press(("pdf", "slides")) as press, pytest.raises(ZeroDivisionError):
        press.complete(fail, make_empty(), ())


def fail(*given: object) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """As a bug would."""
    raise ZeroDivisionError


def test_attachments_are_waited_for_only_where_a_page_is_known(tmp_path: Path) -> None:
    told: list[str] = []

    def lay_out() -> Writer:
        told.append("laid out")
        return lambda files: b"".join(files.values())

    def attach(content: bytes) -> Callable[[], dict[str, bytes]]:
        def give() -> dict[str, bytes]:
            told.append("attached")
            return {"a": content}

        return give

    shelf = Shelf(tmp_path, 5)
    for content, order in (
        (b"1", ["laid out", "attached"]),
        (b"1", ["attached"]),
        (b"2", ["attached", "laid out", "attached"]),
    ):
        told.clear()
        assert make_paper("page", NOON, lay_out, attach(content), shelf) == content
        assert told == order
