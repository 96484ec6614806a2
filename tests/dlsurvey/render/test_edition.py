"""Turns constructed findings into an edition's folder, also where the disk refuses."""

import csv
import errno
import hashlib
import io
import json
import os
from pathlib import Path

import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.errors import RenderError
from dlsurvey.figures import Table
from dlsurvey.render import write_edition
from dlsurvey.render.tables import write_csv
from tests.dlsurvey.render.sample import make_findings, make_trends, make_workload


@pytest.fixture
def small() -> Findings:
    return make_findings(
        workloads=(make_workload(runs=2),), trends=make_trends()[3:], stages=(), cards=()
    )


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_edition_is_whole_and_its_manifest_true(tmp_path: Path, findings: Findings) -> None:
    folder = tmp_path / "reports" / findings.edition.id
    written = write_edition(findings, folder)
    files = read_all(folder)
    assert {path.relative_to(folder).as_posix() for path in written} == set(files)
    assert {"report.html", "report.pdf", "results.json", "manifest.json"} <= set(files)
    manifest = json.loads(files.pop("manifest.json"))
    assert {entry["path"] for entry in manifest["files"]} == set(files)
    for entry in manifest["files"]:
        content = files[entry["path"]]
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert written[-1].name == "manifest.json"
    assert os.listdir(folder.parent) == [folder.name]


def test_writing_again_replaces_the_folder_with_the_same_bytes(
    tmp_path: Path, small: Findings
) -> None:
    folder = tmp_path / "edition"
    write_edition(small, folder, ("html",))
    first = read_all(folder)
    (folder / "stray.txt").write_text("left over")
    write_edition(small, folder, ("html",))
    assert read_all(folder) == first
    assert os.listdir(tmp_path) == ["edition"]


def test_formats_that_are_not_asked_for_are_not_written(tmp_path: Path, small: Findings) -> None:
    write_edition(small, tmp_path / "edition", ())
    assert not list(tmp_path.rglob("report.*"))
    with pytest.raises(RenderError, match="docx"):
        write_edition(small, tmp_path / "other", ("docx",))  # type: ignore[arg-type]


def test_results_hold_what_scripts_need(tmp_path: Path, findings: Findings) -> None:
    write_edition(findings, tmp_path / "edition", ())
    results = json.loads((tmp_path / "edition" / "results.json").read_bytes())
    assert set(results) >= {
        "schema", "edition", "trials", "signals", "gaps", "comparisons", "verdicts",
    }  # fmt: skip
    seconds = next(one for one in results["verdicts"] if one["question"] == "epoch_seconds")
    assert set(seconds) >= {
        "question", "workload", "a", "b", "effect", "interval", "margin", "n", "verdict",
    }  # fmt: skip
    assert seconds["interval"] == pytest.approx([-0.32, -0.28])
    assert (seconds["margin"], seconds["verdict"]) == (0.05, "b_higher")
    member = results["members"][0]
    workload = findings.workloads[0]
    assert (member["workload"], member["framework"]) == ("mnist-cnn", "tensorflow")
    assert workload.members[0].images_per_second is not None
    assert member["images_per_second"]["mean"] == workload.members[0].images_per_second.mean
    assert member["device_memory_bytes"] is None
    assert member["confusion"] == [list(counts) for counts in workload.members[0].confusion]
    assert [one["epochs"] for one in results["break_evens"]][:2] == [2.5, None]
    assert set(results["edition"]) >= {"id", "created_at", "versions", "environment"}
    done = next(trial for trial in results["trials"] if trial["status"] == "completed")
    failed = next(trial for trial in results["trials"] if trial["status"] == "failed")
    assert set(done["metrics"]) >= {
        "test_accuracy",
        "test_loss",
        "epoch_seconds",
        "train_seconds",
        "import_seconds",
        "warmup_seconds",
        "peak_memory_bytes",
    }
    assert failed["reason"]
    assert failed["metrics"] is None
    assert len(results["signals"]) == sum(len(trend.series) for trend in findings.trends)
    signal = results["signals"][0]
    assert signal["subject"] == "tensorflow"
    assert signal["retrieved_at"] == "2026-08-22T09:30:00Z"
    assert signal["source"] == "constructed"
    assert signal["metric"] == "counts"
    assert signal["series"][0] == {
        "start": "2016-12-31",
        "value": 60000.0,
        "status": "published",
        "label": "",
    }
    assert set(results["gaps"][0]) == {"what", "why", "cure"}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(start: str) -> None:
    table = Table(columns=(start, "n"), rows=((start, -1.5), (None, 3)))
    rows = list(csv.reader(io.StringIO(write_csv(table), newline="")))
    assert rows[0][0] == f"'{start.strip()}"
    assert rows[1] == [f"'{start.strip()}", "-1.5"]
    assert rows[2] == ["", "3"]


def test_a_place_that_is_no_folder_is_explained(tmp_path: Path, small: Findings) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RenderError, match=r"a part of the path is a file|there is a file where"):
        write_edition(small, tmp_path / "file" / "edition", ())


def test_a_full_disk_leaves_the_old_edition(
    tmp_path: Path, small: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "edition"
    write_edition(small, folder, ())
    before = read_all(folder)

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RenderError, match="the disk is full"):
        write_edition(small, folder, ())
    assert read_all(folder) == before
    assert os.listdir(tmp_path) == ["edition"]


def test_a_failed_exchange_puts_the_old_edition_back(
    tmp_path: Path, small: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "edition"
    write_edition(small, folder, ())
    before = read_all(folder)
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if target == folder and not path.name.endswith("-old"):
            raise OSError(errno.EACCES, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(RenderError, match="not permitted"):
        write_edition(small, folder, ())
    monkeypatch.undo()
    assert read_all(folder) == before
    assert os.listdir(tmp_path) == ["edition"]
