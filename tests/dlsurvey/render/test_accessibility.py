"""Turns the page in a headless browser into what axe-core, the keyboard and the eye find."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.figures.style import FILL, FIXED, INK, MUTED, RULE, SPARE
from dlsurvey.heartbeat import Heartbeat
from dlsurvey.render.index import write_index
from dlsurvey.settings import Survey
from tests.dlsurvey.render.browsing import Open, browser, folder, visit, write_folder
from tests.dlsurvey.render.sample import CREATED, make_findings
from tests.dlsurvey.render.test_html import measure_contrast
from tests.dlsurvey.render.test_index import make_entries

__all__ = ["browser", "folder", "visit"]
SHEET = Path(__file__).parents[3] / "templates" / "screen.css"
SELDOM = ("label-content-name-mismatch", "target-size")
"""Rules of WCAG that axe-core tries only where it is asked to."""
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {name: {"enabled": True} for name in SELDOM},
}
BEAT = Heartbeat(last_success=CREATED, due=CREATED, missed_after=CREATED)
TEXT, GRAPHIC = 4.5, 3.0
"""Contrast that WCAG 2.2 asks for at level AA."""


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which a package for tests carries."""
    package = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
    script: str = package.AXE_SCRIPT
    return script


@pytest.fixture(scope="module")
def pages(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page, the list of editions, and the page in Korean, as they lie on the disk."""
    place = tmp_path_factory.mktemp("pages")
    write_index(place, Survey(title="A survey", author="Ada"), make_entries(folder), BEAT)
    korean = place / "korean"
    korean.mkdir()
    findings = make_findings()
    cover = replace(findings.cover, language="ko")
    return {
        "page": folder / "report.html",
        "index": place / "index.html",
        "korean": write_folder(replace(findings, cover=cover), korean) / "report.html",
    }


@pytest.mark.parametrize("look", list(product((1280, 390), ("light", "dark"))))
@pytest.mark.parametrize("name", ["page", "index", "korean"])
def test_axe_finds_nothing(
    visit: Open, axe: str, pages: dict[str, Path], name: str, look: tuple[int, str]
) -> None:
    """Of the rules of WCAG 2.2, A and AA, and the best practices beyond them."""
    width, scheme = look
    viewport = {"width": width, "height": 900}
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    with visit(pages[name], **options) as (page, _, _):
        if name != "index":
            # A table of each kind, a point with its reading, and a series taken away.
            for summary in page.locator("summary").all()[:3]:
                summary.click()
            page.locator(".points circle").first.focus()
            page.locator(".switches input").last.uncheck()
        page.evaluate(axe)
        result = page.evaluate("options => axe.run(document, options)", AXE)
    found = [
        (rule["id"], rule["impact"], [node["html"][:200] for node in rule["nodes"][:3]])
        for rule in result["violations"]
    ]
    assert found == []
    tried = {
        rule["id"] for kind in ("passes", "incomplete", "inapplicable") for rule in result[kind]
    }
    assert tried >= {*SELDOM, "color-contrast", "region"}


def test_axe_finds_a_link_that_is_named_otherwise_than_it_reads(
    visit: Open, axe: str, folder: Path, tmp_path: Path
) -> None:
    text = (folder / "report.html").read_text()
    place = tmp_path / "other.html"
    place.write_text(re.sub(r'aria-label="D\d+, [^"]+"', 'aria-label="Data source"', text))
    with visit(place) as (page, _, _):
        page.evaluate(axe)
        result = page.evaluate("options => axe.run(document, options)", AXE)
    assert [rule["id"] for rule in result["violations"]] == ["label-content-name-mismatch"]


def list_focused(page: Any) -> list[str]:
    """What the tabulator key reaches, in order, up to the end of the page."""
    reached: list[str] = []
    describe = """() => {
      const one = document.activeElement;
      if (one === document.body) return null;
      const kind = one.closest('nav') ? 'contents' : one.matches('.skip') ? 'skip'
        : one.matches('.switches input') ? 'switch' : one.matches('.points *') ? 'point'
        : one.matches('.csv') ? 'csv' : one.tagName.toLowerCase();
      const box = one.getBoundingClientRect();
      const seen = getComputedStyle(one);
      const ring = one.matches('.points *') ? seen.strokeWidth : seen.outlineWidth;
      return [kind, box.width > 0 && parseFloat(ring) >= 2];
    }"""
    for _ in range(2000):
        page.keyboard.press("Tab")
        found = page.evaluate(describe)
        if found is None:
            return reached
        kind, ringed = found
        assert ringed, (
            f"no visible focus on {kind} {page.evaluate('document.activeElement.outerHTML')[:200]}"
        )
        reached.append(kind)
    raise AssertionError("the tabulator key is caught")


def test_the_keyboard_reaches_everything_in_order(visit: Open) -> None:
    with visit(reduced_motion="reduce") as (page, _, _):
        counts = {
            name: page.locator(selector).count()
            for name, selector in {
                "contents": "nav.contents a",
                "switch": ".switches input",
                "point": ".points",
                "csv": ".csv",
                "summary": "summary",
            }.items()
        }
        reached = list_focused(page)
    assert reached[0] == "skip"
    # The contents themselves scroll where they are longer than the window, and take the focus then.
    assert 0 <= reached.count("contents") - counts.pop("contents") <= 1
    assert "contents" in reached[1]
    for name, count in counts.items():
        assert reached.count(name) == count > 0, name
    # A figure's switches, its points, its file, its table.
    first = reached.index("switch")
    assert list(dict.fromkeys(reached[first:]))[:2] == ["switch", "point"]
    assert reached.index("point") < reached.index("csv", first) < reached.index("summary", first)


def test_the_skip_link_leads_to_the_text(visit: Open) -> None:
    with visit(reduced_motion="reduce") as (page, _, _):
        page.keyboard.press("Tab")
        link = page.locator(".skip")
        assert link.bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_tables_open_by_keyboard_without_a_script(visit: Open) -> None:
    with visit(java_script_enabled=False) as (page, _, _):
        summary = page.locator(".numbers summary").first
        table = page.locator(".numbers table").first
        assert not table.is_visible()
        summary.focus()
        page.keyboard.press("Enter")
        assert table.is_visible()


def test_a_switch_turns_by_the_space_bar(visit: Open) -> None:
    with visit() as (page, _, _):
        switch = page.locator(".switches input").first
        switch.focus()
        page.keyboard.press("Space")
        assert not switch.is_checked()


def test_nothing_that_moves_where_less_motion_is_asked_for(visit: Open) -> None:
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    for motion, expected in (("reduce", "auto"), ("no-preference", "smooth")):
        with visit(reduced_motion=motion) as (page, _, _):
            assert page.evaluate(behaviour) == expected
    text = re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(animation|transition)\b", text)


PAINTED = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
  const style = getComputedStyle(one);
  const paper = getComputedStyle(one.closest('.card, .swatch')).backgroundColor;
  return [style.fill, style.stroke, paper, one.tagName, one.textContent.trim().slice(0, 40)];
})"""


def read_colour(words: str) -> str | None:
    """'rgb(1, 2, 3)' as '#010203'; None for what is transparent."""
    numbers = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", words)
    return "#" + "".join(f"{int(one):02x}" for one in numbers.groups()) if numbers else None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_can_be_read_in_light_and_dark(visit: Open, scheme: str) -> None:
    with visit(color_scheme=scheme) as (page, _, _):
        texts = page.evaluate(PAINTED, ".live text")
        lines = page.evaluate(PAINTED, ".live [data-series] :is(path, use), .swatch path")
        dark = page.evaluate(PAINTED, ".live svg")[0][2]
    assert len(texts) > 100
    assert len(lines) > 100
    assert (measure_contrast(read_colour(dark) or "", "#ffffff") > 10) == (scheme == "dark")
    for fill, _, paper, _, words in texts:
        colour, ground = read_colour(fill), read_colour(paper)
        assert colour, words
        assert ground, words
        assert measure_contrast(colour, ground) >= TEXT, (words, colour, ground)
    for _, stroke, paper, name, _ in lines:
        colour, ground = read_colour(stroke), read_colour(paper)
        if colour and ground:
            assert measure_contrast(colour, ground) >= GRAPHIC, (name, colour, ground)


def test_every_colour_of_the_style_has_one_for_dark() -> None:
    sheet = SHEET.read_text()
    dark = sheet[sheet.index("@media (prefers-color-scheme: dark)") :]
    plate = re.findall(r"--plate: (#[0-9a-f]{6})", dark)[0]
    for look in (*FIXED.values(), *SPARE):
        assert measure_contrast(look.colour, "#ffffff") >= GRAPHIC
        for attribute in ("fill", "stroke"):
            found = re.findall(
                rf'\[{attribute}="{look.colour}"\] {{ {attribute}: (#[0-9a-f]{{6}}); }}', dark
            )
            assert found, look.colour
            assert measure_contrast(found[0], plate) >= TEXT
    for colour in (INK, MUTED, RULE, "#ffffff", FILL):
        assert f'[fill="{colour}"]' in dark
        assert f'[stroke="{colour}"]' in dark
