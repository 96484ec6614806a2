"""The same number stands in the page, the A4 report, the slides and results.json."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import html5lib
import pytest

from dlsurvey.analysis.survey import find_out
from dlsurvey.config import load_config
from dlsurvey.render import write_edition
from dlsurvey.store import Store
from dlsurvey.verification.agreement import merge
from dlsurvey.verification.attached import read_attached
from dlsurvey.verification.chapters import compare_chapters
from dlsurvey.verification.expected import UNCHECKED
from dlsurvey.verification.page import COVER, read_page
from dlsurvey.verification.paper import read_paper
from dlsurvey.verification.printed import Chapter, list_numbers, squeeze
from dlsurvey.verification.recomputation import recompute
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
SVG = "{http://www.w3.org/2000/svg}"
MEASURES = {
    "accuracy": "test_accuracy",
    "seconds": "epoch_seconds",
    "memory": "peak_memory_bytes",
}
"""By the end of a figure's key: what results.json calls it."""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample store's edition in all its shapes."""
    config = load_config(REPOSITORY / "tests" / "sample_store" / "survey.toml", {})
    store = Store(config.store)
    folder = tmp_path_factory.mktemp("consistency") / "edition"
    write_edition(find_out(config, store, store.list_editions()[-1]), folder)
    return folder


@pytest.fixture(scope="module")
def page(edition: Path) -> dict[str, Chapter]:
    page = read_page((edition / "report.html").read_text(encoding="utf-8"))
    # Behind the cover of the A4 report stand the page numbers of its contents.
    del page[COVER]
    return page


@pytest.fixture(scope="module")
def paper(edition: Path) -> dict[str, Chapter]:
    return {squeeze(one.title): one for one in read_paper(edition / "report.pdf").chapters}


@pytest.fixture(scope="module")
def text(edition: Path) -> str:
    """All that the A4 report prints, what stands in its figures as well."""
    import pypdf

    with pypdf.PdfReader(edition / "report.pdf") as reader:
        return "\n".join(page.extract_text() for page in reader.pages)


@pytest.fixture(scope="module")
def results(edition: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((edition / "results.json").read_bytes())
    return content


def count_numbers(texts: Iterable[str]) -> Counter[str]:
    return Counter(number for text in texts for number in list_numbers(text))


def list_texts(chapter: Chapter) -> list[str]:
    cells = [cell for table in chapter.tables for row in table.rows for cell in row]
    return [*(table.caption for table in chapter.tables), *cells, *chapter.blocks]


def read_figures(edition: Path) -> dict[str, list[str]]:
    """What stands under the figures of the page, by chapter: `read_page` leaves figures out."""
    tree = html5lib.parse((edition / "report.html").read_bytes(), namespaceHTMLElements=False)
    captions: dict[str, list[str]] = {}
    chapter = ""
    for element in tree.iter():
        if element.tag == "h2":
            chapter = element.get("id", "")
        elif element.tag == "figure":
            captions.setdefault(chapter, []).extend(
                "".join(part.itertext()) for part in element if part.tag in ("figcaption", "p")
            )
    return captions


def test_the_page_and_the_a4_report_hold_the_same_numbers(
    edition: Path, page: Mapping[str, Chapter], paper: Mapping[str, Chapter]
) -> None:
    captions = read_figures(edition)
    counted = 0
    for key, chapter in page.items():
        screen = count_numbers(list_texts(chapter))
        printed = count_numbers(list_texts(paper[squeeze(chapter.title)]))
        under_figures = count_numbers(captions.get(key, ()))
        if key == "references":
            # On paper the marks of a list are text; in the page the browser counts.
            printed -= Counter(str(place) for place in range(1, 1 + max_mark(printed, screen)))
        assert screen - printed == Counter(), key
        assert printed - screen - under_figures == Counter(), key
        counted += screen.total()
    assert counted > 1000


def max_mark(printed: Counter[str], screen: Counter[str]) -> int:
    """The highest of the marks that only paper has: they count from 1 without a hole."""
    extra = {int(number) for number in printed - screen if number.isdigit()}
    return max(extra, default=0) if extra == set(range(1, len(extra) + 1)) else 0


def test_the_slides_hold_no_number_that_the_report_has_not(
    edition: Path, paper: Mapping[str, Chapter], text: str
) -> None:
    report = count_numbers(text for one in paper.values() for text in list_texts(one))
    report += count_numbers([text])
    shown = 0
    for chapter in read_paper(edition / "slides.pdf").chapters:
        if squeeze(chapter.title) in paper:
            numbers = count_numbers(list_texts(chapter))
            assert not set(numbers) - set(report), chapter.title
            shown += numbers.total()
    assert shown > 400


def test_the_page_says_what_follows_from_results_json(
    edition: Path, page: Mapping[str, Chapter]
) -> None:
    from dlsurvey.render.pages import compose_page

    findings = recompute(read_attached((edition / "results.json").read_bytes()))
    anew = read_page(compose_page(findings, (), "screen"))
    told = [key for key in page if key not in UNCHECKED]
    agreement = merge([compare_chapters(page[key], anew[key]) for key in told])
    assert agreement.differences == ()
    assert agreement.numbers > 600


def read_table(edition: Path, key: str) -> list[dict[str, str]]:
    with (edition / "tables" / f"{key}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_trend_figures_draw_what_results_json_lists(
    edition: Path, results: Mapping[str, Any]
) -> None:
    drawn = 0
    for key in {signal["key"] for signal in results["signals"]}:
        listed = {
            (signal["subject_title"], point["start"], point["value"])
            for signal in results["signals"]
            for point in signal["series"]
            if signal["key"] == key and signal["drawn"]
        }
        if not (edition / "tables" / f"{key}.csv").exists():
            continue
        rows = read_table(edition, key)
        unit = list(rows[0])[3]
        table = {(row["framework"], row["start"], float(row[unit])) for row in rows if row[unit]}
        assert table == listed, key
        drawn += len(table)
    assert drawn > 100


def test_the_figures_of_the_trials_draw_what_results_json_lists(
    edition: Path, results: Mapping[str, Any]
) -> None:
    for name, quantity in MEASURES.items():
        for workload in {member["workload"] for member in results["members"]}:
            rows = read_table(edition, f"{workload}-{name}")
            drawn = sorted(float(list(row.values())[3]) for row in rows if row["what"] == "mean")
            listed = sorted(
                member[quantity]["mean"]
                for member in results["members"]
                if member["workload"] == workload
            )
            assert drawn == pytest.approx(listed), name


def test_every_label_of_a_figure_is_the_same_on_screen_and_on_paper(
    edition: Path, text: str
) -> None:
    """The page draws text as text; the PDF is made of the same drawings."""
    tree = html5lib.parse((edition / "report.html").read_bytes())
    labels = {
        " ".join("".join(label.itertext()).split())
        for label in tree.iter(f"{SVG}text")
        if list_numbers("".join(label.itertext()))
    }
    printed = squeeze(text)
    assert len(labels) > 100
    assert {label for label in labels if squeeze(label) not in printed} == set()
