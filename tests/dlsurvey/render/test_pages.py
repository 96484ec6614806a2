"""Turns chapters, covers and the user's own sections into pages and reads their order."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from markupsafe import Markup
from msgspec.structs import replace

from dlsurvey.analysis.findings import Advice, Findings
from dlsurvey.errors import ConfigError
from dlsurvey.figures import draw_figures
from dlsurvey.markdown import Part
from dlsurvey.render.pages import CHAPTERS, Medium, Own, compose_page, list_callouts, write_date
from dlsurvey.sections import Section
from dlsurvey.settings import Sections
from tests.dlsurvey.render.sample import (
    make_cover,
    make_findings,
    make_provenance,
    make_stage,
    make_workload,
)


def list_chapters(page: str) -> list[str]:
    return re.findall(r'<h2 id="([^"]+)"><span class="number">', page)


def make_section(name: str = "own-words", **changes: Any) -> Section:
    fields: dict[str, Any] = {
        "key": name,
        "name": name,
        "title": "In my own words",
        "position": "before",
        "anchor": "conclusion",
        "parts": (Part(title="", html=Markup("<p>I found it easy.</p>")),),
    } | changes
    return Section(**fields)


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_every_chapter_is_there_in_its_order(findings: Findings, medium: Medium) -> None:
    page = compose_page(findings, (), medium)
    assert list_chapters(page) == [key for key, _ in CHAPTERS]
    for _, title in CHAPTERS:
        assert page.count(f"</span> {title}") == 2  # in the contents and above the chapter


def test_figures_stand_where_they_are_drawn(findings: Findings) -> None:
    figures = draw_figures(findings)
    page = unescape(compose_page(findings, figures, "print"))
    places = [page.index(figure.caption) for figure in figures]
    assert places == sorted(places)


def test_sections_of_the_user_stand_in_their_place(findings: Findings) -> None:
    page = compose_page(findings, (), "print", Own((make_section(),)))
    chapters = list_chapters(page)
    assert chapters.index("own-words") == chapters.index("conclusion") - 1
    assert "<p>I found it easy.</p>" in page
    assert len(chapters) == len(CHAPTERS) + 1


def test_sections_for_other_shapes_are_left_out(findings: Findings) -> None:
    own = Own((make_section(shapes=("slides",)),))
    assert "own-words" not in list_chapters(compose_page(findings, (), "print", own))


def test_chapters_can_be_dropped_moved_and_replaced(findings: Findings) -> None:
    settings = Sections(drop=("adoption", "jax"), order=("code", "data"))
    replaced = make_section("limits", key="limitations", position="replaces", anchor="limitations")
    page = compose_page(findings, (), "screen", Own((replaced,), settings))
    chapters = list_chapters(page)
    assert not {"adoption", "jax"} & set(chapters)
    assert chapters.index("code") < chapters.index("data")
    assert "In my own words" in page
    assert "One author." not in page
    anchors = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


def test_references_hold_all_that_is_cited_after_them(findings: Findings) -> None:
    settings = Sections(order=("references", "topic"))
    page = compose_page(findings, (), "screen", Own((), settings))
    assert list_chapters(page)[0] == "references"
    cited = set(re.findall(r'href="#ref-([^"]+)"', page))
    assert cited == set(re.findall(r'<li id="ref-([^"]+)"', page))


def test_a_chapter_that_is_not_there_is_a_wrong_setting(findings: Findings) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        compose_page(findings, (), "print", Own((), Sections(drop=("nowhere",))))


@pytest.mark.parametrize("variant", ["coursework", "lecture", "page"])
def test_covers_say_who_and_when(variant: str) -> None:
    page = compose_page(make_findings(cover=make_cover(variant=variant)), (), "print")
    cover = page[page.index('<header class="cover') : page.index("</header>")]
    for words in ("Deep Learning with Python", "Ada Example", "Example University", "2026"):
        assert words in cover
    assert f'class="cover {variant}"' in cover


def test_covers_leave_out_what_nobody_said() -> None:
    for variant in ("coursework", "lecture", "page"):
        cover = make_cover(variant=variant, author="", course="", institution="", subtitle="")
        page = compose_page(make_findings(cover=cover), (), "print")
        header = page[page.index('<header class="cover') : page.index("</header>")]
        assert not re.search(r"<p[^>]*>\s*</p>", header)


def test_only_the_year_is_printed_where_no_more_is_known() -> None:
    known = make_provenance("A document", "published")
    assert write_date(known) == "22 August 2026"
    assert write_date(replace(known, date=date(2021, 12, 31), by_year=True)) == "2021"


def test_advice_says_what_it_rests_on_and_when_nothing_decides() -> None:
    advice = (
        Advice(purpose="Little memory", choice="PyTorch", because="Rests on `this`."),
        Advice(purpose="Short training", choice="", because="Rests on that."),
    )
    page = compose_page(make_findings(advice=advice), (), "screen")
    assert "<mark>PyTorch</mark> Rests on <code>this</code>." in page
    assert '<span class="plain">not decided</span> Rests on that.' in page
    assert "nothing that advice could rest on" in compose_page(make_findings(), (), "screen")


def test_callouts_stand_under_the_code_they_belong_to() -> None:
    code = {"pytorch": "def train():\n    optimizer.step()\n    loss.backward()\n"}
    (listing,) = make_stage("train", "Train", code).listings
    assert [one.text for one in list_callouts(listing)] == ["optimizer.step()", "loss.backward()"]
    assert list_callouts(replace(listing, program="unknown")) == []


def test_limitations_count_the_runs() -> None:
    for runs, words in ((1, "Each framework ran once"), (5, "Each framework ran 5 times")):
        findings = make_findings(workloads=(make_workload(runs=runs),))
        assert words in compose_page(findings, (), "screen")
    several = (make_workload(runs=3), make_workload("cifar10-cnn", runs=5))
    assert "between 3 and 5 times" in compose_page(make_findings(workloads=several), (), "print")
