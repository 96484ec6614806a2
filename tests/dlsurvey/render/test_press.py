"""What is unchanged is neither drawn nor set again, and two processes draw what one would."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure, gallery
from dlsurvey.figures.gallery import Order, carry_out
from dlsurvey.render import pdf, slides
from dlsurvey.render.press import Press
from tests.dlsurvey.render.extremes import make_empty
from tests.dlsurvey.render.sample import make_findings


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
