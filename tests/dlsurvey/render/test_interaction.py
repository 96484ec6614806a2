"""Turns pages in a headless browser into what their readers can do, with a script and without."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from dlsurvey.analysis.findings import Claim, ClaimVerdict
from dlsurvey.figures import Figure
from dlsurvey.render import render_html
from tests.dlsurvey.render.browsing import PHONE, WIDE, Open, browser, folder, visit
from tests.dlsurvey.render.sample import make_findings
from tests.dlsurvey.render.test_health_page import HOSTILE

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


REST = "(card) => [card.scrollLeft, card.scrollWidth - card.clientWidth - card.scrollLeft]"
"""What of a card's drawing lies left of what is seen, and right of it."""


def test_a_trend_shows_its_newest_values_first_on_a_phone(visit: Open) -> None:
    with visit(viewport=PHONE) as (page, _, _):
        assert find_figure(page, SPREAD).locator(".card").evaluate(REST)[0] == 0
        figure = find_figure(page, LINES)
        fit = figure.get_by_role("checkbox", name="Fit to the screen")
        for _time in range(2):
            left, right = figure.locator(".card").evaluate(REST)
            assert left > 100
            assert right <= 1
            fit.check()
            assert figure.locator(".card").evaluate(REST)[1] <= 1
            fit.uncheck()


def test_words_of_a_fitted_drawing_are_larger_than_it(visit: Open) -> None:
    with visit(viewport=PHONE) as (page, _, _):
        for key in (LINES, SPREAD, "conference-papers"):
            figure = find_figure(page, key)
            figure.get_by_role("checkbox", name="Fit to the screen").check()
            boxes = [one.bounding_box() for one in figure.locator(".plate text:visible").all()]
            assert min(box["height"] for box in boxes) >= 8
            assert min(box["x"] for box in boxes) >= 0
            assert max(box["x"] + box["width"] for box in boxes) <= PHONE["width"]


@pytest.mark.parametrize("script", [True, False])
def test_a_wide_table_stands_in_rows_on_a_phone(visit: Open, script: bool) -> None:
    """Each value beside the name of its column; without a script the table scrolls."""
    with visit(viewport=PHONE, java_script_enabled=script) as (page, _, _):
        table = page.locator(".summary")
        wide = table.evaluate("(one) => one.scrollWidth > one.clientWidth + 1")
        assert wide is not script
        cell = table.locator("tbody td").last
        named = cell.evaluate("(one) => getComputedStyle(one, '::before').content")
        assert named == ('"Verdict: "' if script else "none")
        if script:
            wider = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
            assert page.locator(".results").evaluate_all(wider) == 0
            assert page.locator(".results.stacked [tabindex]").count() == 0
            page.set_viewport_size(WIDE)
            assert cell.evaluate("(one) => getComputedStyle(one).display") == "table-cell"


def test_code_scrolls_on_a_phone_and_breaks_no_word(visit: Open) -> None:
    with visit(viewport=PHONE) as (page, _, _):
        heights = "(all) => [...new Set(all.map((one) => Math.round(one.offsetHeight)))]"
        assert len(page.locator(".listing .line").evaluate_all(heights)) == 1
        listing = page.locator("#code ~ .stage pre").first
        assert listing.get_attribute("tabindex") == "0"
        assert listing.get_attribute("aria-label")


BROKEN = """(selector) => {
  const broken = [];
  for (const one of document.querySelectorAll(selector)) {
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      for (const word of text.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (range.getClientRects().length > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


@pytest.fixture(scope="module")
def badges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a claim of every verdict and the health of a source."""
    claims = tuple(
        Claim(
            id=f"claim-{verdict}",
            title="Accuracy",
            claim="The one is more accurate than the other, " * 4,
            sources=(),
            then="TensorFlow 99.14 %, PyTorch 98.95 % (5 epochs, one run each)",
            now="TensorFlow 98.76 %, PyTorch 98.82 % (controlled, 3 paired runs)",
            verdict=verdict,
            why="No clear difference was shown.",
        )
        for verdict in get_args(ClaimVerdict)
    )
    file = tmp_path_factory.mktemp("badges") / "report.html"
    file.write_text(render_html(make_findings(claims=claims, health=(HOSTILE,)), ()))
    return file


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_no_badge_and_no_heading_of_a_table_is_broken_in_a_word(
    visit: Open, badges: Path, width: int
) -> None:
    with visit(badges, viewport={"width": width, "height": 900}) as (page, _, _):
        assert page.locator(".outcome").count() == 5
        assert page.evaluate(BROKEN, ".outcome, .results thead th") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_copied_code_holds_no_numbers_of_what_is_said(visit: Open) -> None:
    with visit() as (page, _, _):
        listing = page.locator(".listing:has(.callouts) pre").first
        pins = listing.locator(".pin")
        said = page.locator(".listing:has(.callouts) .callouts").first.locator(".pin")
        assert pins.count() == said.count() > 0
        content = "(one) => getComputedStyle(one, '::after').content"
        for place in range(pins.count()):
            assert pins.nth(place).evaluate(content) == f'"{said.nth(place).inner_text()}"'
        copied = listing.evaluate(
            "(one) => { getSelection().selectAllChildren(one); return getSelection().toString(); }"
        )
        assert copied.split() == (listing.text_content() or "").split()


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
