"""The main job, end to end on the real digits of scikit-learn, and what it does the second time."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlsurvey.records import Trial
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.test_cli import run

pytestmark = pytest.mark.trains


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey folder, with a space and an umlaut in its name, after one quick build offline."""
    folder = tmp_path_factory.mktemp("survey") / "über uns"
    answer = run(
        folder, "build", "--offline", "--profile", "quick", LC_ALL="tr_TR.UTF-8", LANG="tr_TR.UTF-8"
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].startswith("Log: ")
    return folder


def read_results(folder: Path) -> dict[str, object]:
    results: dict[str, object] = json.loads((folder / "reports/latest/results.json").read_bytes())
    return results


def list_trials(folder: Path) -> list[Trial]:
    return list(Store(folder / "data").iterate_trials())


def test_edition_is_complete(built: Path) -> None:
    folder = (built / "reports" / "latest").resolve()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    assert names - {"manifest.json"} == set(listed)
    assert {"report.html", "report.pdf", "results.json"} <= names
    for name, sha256 in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256


def test_results_carry_what_the_issue_asks(built: Path) -> None:
    results = read_results(built)
    assert {"schema", "edition", "trials", "signals", "gaps"} <= set(results)
    edition = results["edition"]
    assert isinstance(edition, dict)
    assert {"id", "created_at", "versions", "environment"} <= set(edition)
    trials = results["trials"]
    assert isinstance(trials, list)
    assert len(trials) == 4
    for trial in trials:
        assert trial["status"] == "completed"
        assert isinstance(trial["metrics"]["epoch_seconds"], list)
        for name in ("test_accuracy", "test_loss", "train_seconds", "import_seconds",
                     "warmup_seconds", "peak_memory_bytes"):  # fmt: skip
            assert trial["metrics"][name] > 0
    signals = results["signals"]
    assert isinstance(signals, list)
    assert signals
    for signal_ in signals:
        assert {"source", "subject", "metric", "status", "retrieved_at", "series"} <= set(signal_)
        assert signal_["status"] == "published"


def test_certificate_ledger_and_verdicts_are_there(built: Path) -> None:
    results = read_results(built)
    parity = results["parity"]
    assert isinstance(parity, list)
    assert {check["quantity"] for check in parity} >= {"logits", "gradients"}
    assert all(check["passed"] for check in parity)
    assert {"pair", "workload", "quantity", "max_relative_difference", "tolerance"} <= set(
        parity[0]
    )
    verdicts = results["verdicts"]
    assert isinstance(verdicts, list)
    assert {one["protocol"] for one in verdicts} == {"controlled"}  # four trials, two networks
    assert {"question", "a", "b", "effect", "interval", "margin", "n", "verdict"} <= set(
        verdicts[0]
    )
    # One seed allows no more, and times that other work disturbed not even that.
    assert all(
        one["verdict"] == ("inconclusive" if one["left_out"] else "single_run") for one in verdicts
    )
    html = (built / "reports/latest/report.html").read_text(encoding="utf-8")
    assert "The same network, proven" in html
    assert "Fairness ledger" in html


def test_stand_in_is_said_in_report_and_gaps(built: Path) -> None:
    html = (built / "reports/latest/report.html").read_text(encoding="utf-8")
    assert "not on MNIST" in html
    gaps = read_results(built)["gaps"]
    assert isinstance(gaps, list)
    whats = [gap["what"] for gap in gaps]
    assert "MNIST for the workload mnist-cnn" in whats
    assert "CIFAR-10 for the workload cifar10-cnn" in whats


def test_second_build_trains_nothing_and_asks_nothing(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (built / "reports").rglob("*")}
    trials = list_trials(built)
    answer = run(built, "build", "--offline", "--profile", "quick")
    assert answer.returncode == 0
    assert "All 4 trials are stored: nothing to train." in answer.stdout
    assert "Nothing new was found: no new edition" in answer.stdout
    assert "Nothing has changed since this edition was written." in answer.stdout
    assert list_trials(built) == trials
    after = {path: path.stat().st_mtime_ns for path in (built / "reports").rglob("*")}
    # The link is made anew, and the list of editions says when a build last came to its end.
    for name in ("latest", "index.html"):
        del before[built / "reports" / name], after[built / "reports" / name]
    folder = {path: stamp for path, stamp in after.items() if path in before}
    assert folder == before


def test_reports_can_be_removed_and_come_back_the_same(built: Path) -> None:
    folder = (built / "reports" / "latest").resolve()
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path in sorted((built / "reports").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    assert run(built, "render", "--edition", folder.name).returncode == 0
    after = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == set()


def test_interrupted_build_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dlsurvey", "train", "mnist-cnn", "--offline",
               "--epochs", "1", "--seeds", "1", "--protocol", "idiomatic"]  # fmt: skip
    settings = os.environ | {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": str(REPOSITORY),
    }
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("[1/2]"):
                break
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "stopped. What was finished is stored" in stderr
    assert "Traceback" not in stderr
    assert len(list_trials(tmp_path)) == 1
    answer = run(tmp_path, *command[3:])
    assert "Training 1 of 2 trials; the rest are stored." in answer.stdout
    assert [trial.status for trial in list_trials(tmp_path)] == ["completed"] * 2


@pytest.mark.real_data
def test_mnist_files_are_used_where_they_are(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text('[experiments]\nworkloads = ["mnist-cnn"]\n')
    answer = run(
        tmp_path, "build", "--offline", "--profile", "quick", DLSURVEY_DATA_DIR=str(shared / "data")
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    trials = read_results(tmp_path)["trials"]
    assert isinstance(trials, list)
    assert {trial["spec"]["dataset"] for trial in trials} == {"mnist"}
    assert all(trial["metrics"]["test_accuracy"] > 0.85 for trial in trials)
    assert "not on MNIST" not in (tmp_path / "reports/latest/report.html").read_text(
        encoding="utf-8"
    )
