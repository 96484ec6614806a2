"""Turns pages in a headless browser into what their readers can do, with a script and without."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from dlsurvey.figures import Figure
from tests.dlsurvey.render.browsing import PHONE, Open, browser, folder, visit

__all__ = ["browser", "folder", "visit"]
LINES = "github-stars"
SPREAD = "mnist-cnn-accuracy"


def find_figure(page: Any, key: str) -> Any:
    return page.locator(f"figure:has(a[download='{key}.csv'])")


def list_readings(figure: Figure) -> set[str]:
    return {mark.text for mark in figure.marks}


@pytest.mark.parametrize("script", [True, False])
def test_nothing_but_the_page_itself_is_asked_for(visit: Open, folder: Path, script: bool) -> None:
    with visit(java_script_enabled=script) as (page, requests, messages):
        for summary in page.locator("summary").all()[:3]:
            summary.click()
        find_figure(page, LINES).locator(".points circle").first.hover(force=True)
        page.wait_for_timeout(300)
        assert requests == [(folder / "report.html").as_uri()]
        assert messages == []


def test_only_the_script_of_the_hash_runs(visit: Open, folder: Path, tmp_path: Path) -> None:
    page_text = (folder / "report.html").read_text()
    (script,) = re.findall(r"<script>(.*?)</script>", page_text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'; " in page_text
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", page_text)
    strange = "<script>document.title = 'taken'</script><p onclick=\"document.title = 'taken'\">"
    other = tmp_path / "other.html"
    other.write_text(page_text.replace('<main id="main">', f'<main id="main">{strange}x</p>'))
    with visit(other) as (page, _, messages):
        page.get_by_text("x", exact=True).first.click()
        assert page.title() != "taken"
        assert any("Content Security Policy" in message for message in messages)


def test_pointing_shows_the_value(visit: Open, figures: tuple[Figure, ...]) -> None:
    with visit() as (page, _, _):
        for key in (LINES, SPREAD, "conference-papers", "mnist-cnn-curves"):
            figure = find_figure(page, key)
            expected = next(one for one in figures if one.key == key)
            reading = figure.get_by_role("status")
            assert reading.inner_text() == ""
            marks = figure.locator(".points :is(circle, rect)")
            assert marks.count() == len(expected.marks)
            for place in (0, marks.count() - 1):
                marks.nth(place).hover(force=True)
                assert reading.inner_text() == marks.nth(place).get_attribute("aria-label")
                assert reading.inner_text() in list_readings(expected)
            page.mouse.move(1, 1)
            assert reading.inner_text() == ""


def test_pointing_nearby_is_enough(visit: Open) -> None:
    with visit() as (page, _, _):
        figure = find_figure(page, LINES)
        figure.scroll_into_view_if_needed()
        mark = figure.locator(".points circle").first
        box = mark.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2 + 20)
        reading = figure.get_by_role("status")
        assert reading.inner_text() == mark.get_attribute("aria-label")
        page.keyboard.press("Escape")
        assert reading.inner_text() == ""


def test_a_finger_shows_the_value(visit: Open) -> None:
    with visit(viewport=PHONE, has_touch=True, is_mobile=True) as (page, _, _):
        figure = find_figure(page, LINES)
        mark = figure.locator(".points circle").last
        mark.tap(force=True)
        assert figure.get_by_role("status").inner_text() == mark.get_attribute("aria-label")


def test_without_a_script_points_have_titles(visit: Open, figures: tuple[Figure, ...]) -> None:
    with visit(java_script_enabled=False) as (page, _, _):
        for expected in figures:
            titles = find_figure(page, expected.key).locator(".points title").all_text_contents()
            assert sorted(titles) == sorted(mark.text for mark in expected.marks)


def test_arrow_keys_move_along_a_series_and_between_series(visit: Open) -> None:
    with visit() as (page, _, _):
        figure = find_figure(page, LINES)
        points = figure.locator(".points")
        assert points.locator("[tabindex='0']").count() == 1
        first = points.locator("[tabindex='0']")
        first.focus()
        reading = figure.get_by_role("status")
        read = [reading.inner_text()]
        for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowDown", "Home"):
            page.keyboard.press(key)
            read.append(reading.inner_text())
            assert read[-1] == page.evaluate("document.activeElement.getAttribute('aria-label')")
            assert points.locator("[tabindex='0']").count() == 1
        assert read[0] == "TensorFlow, 2016: 60,000 stars, published"
        assert read[1] == read[3] != read[2]
        assert read[4].startswith("TensorFlow, 2023")
        assert read[5].startswith("PyTorch, 2023")
        assert read[6].startswith("PyTorch, 2016")
        page.keyboard.press("Escape")
        assert reading.inner_text() == ""


@pytest.mark.parametrize("script", [True, False])
def test_switches_take_a_series_away(visit: Open, script: bool) -> None:
    with visit(java_script_enabled=script) as (page, _, _):
        figure = find_figure(page, LINES)
        parts = figure.locator("[data-series='1']")
        others = figure.locator("[data-series='0']")
        assert parts.count() >= 4  # line, marks, its name, its points
        figure.get_by_role("checkbox", name="PyTorch").uncheck()
        assert not any(part.is_visible() for part in parts.all())
        assert figure.locator("text").get_by_text("PyTorch", exact=True).is_hidden()
        assert all(part.is_visible() for part in others.all())
        figure.get_by_role("checkbox", name="PyTorch").check()
        assert parts.first.is_visible()


def test_points_of_a_series_taken_away_cannot_be_reached(visit: Open) -> None:
    with visit() as (page, _, _):
        figure = find_figure(page, LINES)
        figure.get_by_role("checkbox", name="TensorFlow").uncheck()
        offered = figure.locator(".points [tabindex='0']:visible")
        assert (offered.get_attribute("aria-label") or "").startswith("PyTorch")
        for name in ("PyTorch", "JAX"):
            figure.get_by_role("checkbox", name=name).uncheck()
        assert figure.locator(".points [tabindex='0']:visible").count() == 0
        figure.get_by_role("checkbox", name="JAX").check()
        assert figure.locator(".points [tabindex='0']:visible").count() == 1


def test_links_give_the_file_without_a_script(visit: Open, folder: Path) -> None:
    with visit(java_script_enabled=False) as (page, _, _):
        with page.expect_download() as download:
            find_figure(page, LINES).get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename == f"{LINES}.csv"
        saved = Path(download.value.path()).read_bytes()
        assert saved == (folder / "tables" / f"{LINES}.csv").read_bytes()


@pytest.mark.parametrize("script", [True, False])
def test_a_phone_never_scrolls_sideways(visit: Open, script: bool) -> None:
    with visit(viewport=PHONE, java_script_enabled=script) as (page, _, _):
        measure = "document.documentElement.scrollWidth"
        assert page.evaluate(measure) <= PHONE["width"]
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert page.evaluate(measure) <= PHONE["width"]
        figure = find_figure(page, LINES)
        plate = figure.locator(".plate")
        assert plate.bounding_box()["width"] > 2 * PHONE["width"]
        assert figure.get_by_text("The drawing scrolls sideways.").is_visible()
        figure.get_by_role("checkbox", name="Fit to the screen").check()
        assert plate.bounding_box()["width"] <= PHONE["width"]
        assert figure.get_by_text("The drawing scrolls sideways.").is_hidden()


def test_words_of_a_drawing_can_be_read_on_a_phone(visit: Open) -> None:
    """As large as they are on a wide screen, and the keyboard reaches what scrolls."""
    with visit(viewport=PHONE) as (page, _, _):
        for key in (LINES, SPREAD, "mnist-cnn-confusion", "code-counts"):
            figure = find_figure(page, key)
            if not figure.count():
                continue
            heights = [box.bounding_box()["height"] for box in figure.locator("svg text").all()]
            assert min(filter(None, heights)) >= 9
            assert figure.locator(".card").get_attribute("tabindex") == "0"


def test_cells_of_a_matrix_say_their_counts(visit: Open, figures: tuple[Figure, ...]) -> None:
    """Its rows are what the arrow keys go along: down is the same column of the next row."""
    with visit() as (page, _, _):
        figure = find_figure(page, "mnist-cnn-confusion")
        expected = next(one for one in figures if one.key == "mnist-cnn-confusion")
        figure.locator(".points [tabindex='0']").focus()
        reading = figure.get_by_role("status")
        read = [reading.inner_text()]
        for key in ("ArrowRight", "ArrowDown"):
            page.keyboard.press(key)
            read.append(reading.inner_text())
        assert set(read) <= list_readings(expected)
        first, right, below = read
        assert ": 0 recognised, " in first
        assert ": 0 taken for 1, " in right
        assert ": 1 recognised, " in below
        assert figure.get_by_role("checkbox").count() == 0
