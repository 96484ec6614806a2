"""An edition in Korean: its letters are there, fit, can be read back, and its numbers be checked."""

import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from msgspec.structs import replace

from dlsurvey import fonts
from dlsurvey.analysis.survey import find_out
from dlsurvey.config import load_config
from dlsurvey.errors import MissingDependency
from dlsurvey.figures import draw_figures
from dlsurvey.figures.letters import count_letters, wrap_words
from dlsurvey.fonts import HANGUL, KOREAN_FAMILY, add_faces
from dlsurvey.imprint import set_language
from dlsurvey.language import speak
from dlsurvey.render.edition import write_edition
from dlsurvey.render.pdf import render_pdf
from dlsurvey.store import Store
from dlsurvey.verification import verify
from tests.conftest import REPOSITORY
from tests.dlsurvey.render.conftest import Ear
from tests.dlsurvey.render.extremes import make_crowded
from tests.dlsurvey.render.sample import make_cover, make_findings, make_workload
from tests.dlsurvey.render.test_slides import check_pages, project

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
TITLE = "딥러닝 프레임워크 비교"
LONG = "김서연이박최정강조윤장임" * 6


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample store's edition in Korean, in all its shapes."""
    config = load_config(REPOSITORY / "tests" / "sample_store" / "survey.toml", {})
    config = set_language(config, "ko")
    store = Store(config.store)
    findings = find_out(config, store, store.list_editions()[-1])
    folder = tmp_path_factory.mktemp("korean") / "edition"
    write_edition(replace(findings, cover=replace(findings.cover, title=TITLE)), folder)
    return folder


def _list_fonts(page: Any) -> list[Any]:
    return [one.get_object()["/BaseFont"] for one in page["/Resources"].get("/Font", {}).values()]


@pytest.mark.parametrize("name", ["report.pdf", "slides.pdf"])
def test_the_papers_carry_their_letters_and_say_their_language(edition: Path, name: str) -> None:
    with pypdf.PdfReader(edition / name) as reader:
        assert reader.trailer["/Root"]["/Lang"] == "ko"  # type: ignore[index]  # any object may stand there
        found = {str(font) for page in reader.pages for font in _list_fonts(page)}
        text = "".join(page.extract_text() for page in reader.pages)
    assert any(KOREAN_FAMILY in font for font in found)
    assert all(re.search(r"/[A-Z]{6}\+", font) for font in found)  # subsets are embedded
    words = re.sub(r"\s", "", text)
    for wanted in (TITLE, "테스트 정확도", "판단 불가", "2026년 11월 21일", "학습 정확도"):
        assert wanted.replace(" ", "") in words
    assert "\N{REPLACEMENT CHARACTER}" not in text


@pytest.mark.parametrize("name", ["report.pdf", "slides.pdf"])
def test_the_numbers_of_the_papers_can_be_checked(edition: Path, name: str) -> None:
    verification = verify(edition / name)
    assert verification.differences == ()
    assert verification.printed.numbers > 50


def test_the_page_is_korean_in_sentences_and_figures(edition: Path) -> None:
    page = (edition / "report.html").read_text(encoding="utf-8")
    assert '<html lang="ko">' in page
    assert "word-break: keep-all" in page
    figure = (edition / "figures" / "mnist-cnn-curves.svg").read_text(encoding="utf-8")
    assert "학습 손실" in figure
    assert HANGUL.search(page[page.index("<figure") :])


def test_data_for_programs_are_the_same_in_every_language(edition: Path) -> None:
    table = (edition / "tables" / "mnist-cnn-accuracy.csv").read_text(encoding="utf-8")
    assert table.startswith("framework,what,seed,test_accuracy,mark")
    results = (edition / "results.json").read_text(encoding="utf-8")
    assert '"language": "ko"' in results
    assert '"verdict": "inconclusive"' in results


def test_slides_in_korean_fit(ear: Ear) -> None:
    ear.heard.clear()
    for findings in (make_findings(), make_crowded()):
        cover = make_cover(language="ko", title=TITLE, author=LONG)
        workload = replace(findings.workloads[0], dataset_note="손글씨 숫자를 썼다. " * 40)
        korean = replace(findings, cover=cover, workloads=(workload, *findings.workloads[1:]))
        check_pages(project(korean, draw_figures(korean)).document)
    assert ear.heard == []


def test_nothing_of_a_korean_report_leaves_its_page(ear: Ear) -> None:
    ear.heard.clear()
    cover = make_cover(language="ko", title=TITLE * 4, author=LONG, course=LONG)
    findings = make_findings(cover=cover, workloads=(make_workload(runs=1),))
    content = render_pdf(findings, draw_figures(findings))
    assert ear.heard == []
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)

        def check(text: str, cm: list[float], tm: list[float], *_: object) -> None:
            if text.strip():
                x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
                y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
                assert -1 <= x <= width  # noqa: B023  called before the next page
                assert -1 <= y <= height + 1  # noqa: B023  as above

        page.extract_text(visitor_text=check)


def test_a_korean_name_brings_the_font_into_an_english_report() -> None:
    page = "<style></style><p>{}</p>"
    assert add_faces(page.format("Kim")) == page.format("Kim")
    assert f'font-family: "{KOREAN_FAMILY}"' in add_faces(page.format("김"))


def test_without_any_font_a_korean_pdf_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "find_korean", lambda: None)
    monkeypatch.setattr(fonts, "list_installed", lambda: ())
    page = "<style></style><p>김</p>"
    with speak("ko"), pytest.raises(MissingDependency, match=r"dlsurvey\[korean\]"):
        add_faces(page)
    assert add_faces(page) == page
    monkeypatch.setattr(fonts, "list_installed", lambda: ("Noto Sans CJK KR",))
    with speak("ko"):
        assert add_faces(page) == page


def test_wide_letters_take_more_room() -> None:
    assert count_letters("loss") == 4
    assert count_letters("손실") > 3
    assert wrap_words("", 10) == [""]
    assert max(map(count_letters, wrap_words("최대 풀링과 합성곱과 평탄화", 10))) <= 12
