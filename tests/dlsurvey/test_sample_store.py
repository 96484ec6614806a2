"""The report, from a committed store of a real build, without training: the same numbers everywhere."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import html5lib
import pypdf
import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.survey import find_out
from dlsurvey.config import load_config
from dlsurvey.formats import format_number, format_quantity
from dlsurvey.render import write_edition
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.surroundings import NO_BROWSER, find_browser

SAMPLE = REPOSITORY / "tests" / "sample_store"
MEASURES = (
    ("test_accuracy", "test_accuracy"), ("test_loss", "loss"), ("epoch_seconds", "seconds"),
    ("train_seconds", "seconds"), ("warmup_seconds", "seconds"), ("import_seconds", "seconds"),
    ("images_per_second", "images_per_second"), ("step_seconds_median", "step_seconds"),
    ("step_seconds_p95", "step_seconds"), ("peak_memory_bytes", "memory"),
    ("working_memory_bytes", "memory"), ("device_memory_bytes", "memory"),
    ("energy_joules", "energy"), ("seconds_to_target", "seconds"),
)  # fmt: skip
"""Measures of a member and the units they are printed in."""
CHROMIUM = find_browser()


@pytest.fixture(scope="module")
def findings() -> Findings:
    config = load_config(SAMPLE / "survey.toml", {})
    store = Store(config.store)
    (edition,) = store.list_editions()
    return find_out(config, store, edition)


@pytest.fixture(scope="module")
def written(findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / findings.edition.id
    write_edition(findings, folder)
    return folder


@pytest.fixture(scope="module")
def html(written: Path) -> str:
    return squeeze(read_text(html5lib.parse((written / "report.html").read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def paper(written: Path) -> str:
    return squeeze(
        " ".join(page.extract_text() for page in pypdf.PdfReader(written / "report.pdf").pages)
    )


def read_text(element: Any) -> str:
    return " ".join(element.itertext())


def squeeze(text: str) -> str:
    """Without white space and soft hyphens: where a line breaks does not matter."""
    return re.sub(r"[\s\u00ad]+", "", text)


def test_sample_is_a_real_build(findings: Findings) -> None:
    assert len(findings.workloads) == 1
    assert findings.workloads[0].dataset.name == "mnist"
    assert {member.framework for member in findings.workloads[0].members} == {
        "tensorflow",
        "pytorch",
    }
    assert len(findings.trends) >= 5


def test_every_measured_number_is_in_html_and_pdf(
    findings: Findings, html: str, paper: str
) -> None:
    for workload in findings.workloads:
        for member in workload.members:
            for name, unit in MEASURES:
                spread = getattr(member, name)
                if spread is None:
                    continue
                number = squeeze(format_quantity(spread.mean, unit))
                assert number in html, (member.title, name)
                assert number in paper, (member.title, name)


def test_every_sentence_is_in_html_and_pdf(findings: Findings, html: str, paper: str) -> None:
    for sentence in findings.conclusions:
        assert squeeze(sentence) in html
        assert squeeze(sentence) in paper


def test_newest_value_of_every_series_is_in_html_and_pdf(
    findings: Findings, html: str, paper: str
) -> None:
    for trend in findings.trends:
        assert squeeze(trend.sentence) in html
        assert squeeze(trend.sentence) in paper
        if trend.unit == "stars":
            for series in trend.series:
                assert squeeze(format_number(series.points[-1].value)) in html


def test_results_are_those_of_the_store(findings: Findings, written: Path) -> None:
    results = json.loads((written / "results.json").read_bytes())
    assert [trial["metrics"]["test_accuracy"] for trial in results["trials"]] == [
        trial.metrics.test_accuracy for trial in findings.trials if trial.metrics
    ]
    assert len(results["signals"]) == sum(len(trend.series) for trend in findings.trends)
    assert [gap["what"] for gap in results["gaps"]] == [gap.what for gap in findings.gaps]
    for comparison, of_findings in zip(
        results["comparisons"], findings.workloads[0].comparisons, strict=True
    ):
        assert comparison["effect"] == of_findings.effect


def test_members_of_the_results_are_those_of_the_findings(
    findings: Findings, written: Path
) -> None:
    results = json.loads((written / "results.json").read_bytes())
    members = [member for workload in findings.workloads for member in workload.members]
    assert len(results["members"]) == len(members)
    for told, member in zip(results["members"], members, strict=True):
        for name, _ in MEASURES:
            spread = getattr(member, name)
            assert (told[name] or {}).get("mean") == (spread and spread.mean)
            if spread is None:
                assert told[name] is None


def test_every_gap_is_printed(findings: Findings, html: str, paper: str) -> None:
    assert findings.gaps
    for gap in findings.gaps:
        for words in (gap.what, gap.why, gap.cure):
            assert squeeze(words.replace("`", "")) in html
            assert squeeze(words.replace("`", "")) in paper


def test_listings_are_printed_whole(findings: Findings, html: str) -> None:
    for stage in findings.stages:
        for listing in stage.listings:
            assert squeeze(listing.code) in html


@pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)
def test_page_opens_in_a_browser_without_a_request(written: Path, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    log = tmp_path / "network.json"
    answer = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", "--enable-logging=stderr",
         "--dump-dom", (written / "report.html").as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "CONSOLE" not in answer.stderr
    assert answer.stdout.count("<svg") >= 8
    assert "</html>" in answer.stdout
