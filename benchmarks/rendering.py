"""Turns the committed stores into the time and memory that a full edition needs in all three shapes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.claim import Claim
from tests.dlsurvey.full_store import make_full_survey

ROOT = Path(__file__).parent.parent
LIMIT_SECONDS = 8.0
KEPT_LIMIT_SECONDS = 5.0
IDLE_LIMIT_SECONDS = 2.0
LIMIT_MEGABYTES = 600.0
SHAPES = ("report.html", "report.pdf", "slides.pdf")


def measure(pairs: int) -> list[Claim]:
    """Each time by the whole command: into an empty folder with an empty cache; its files removed;
    nothing changed.
    """
    written, kept, idle, peaks, size = [], [], [], [], ""
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as name:
            survey = make_full_survey(Path(name) / "survey")
            seconds, peak = _render(survey)
            written.append(seconds)
            peaks.append(peak)
            idle.append(_render(survey)[0])
            size = _describe(survey.parent / "reports" / "latest")
            shutil.rmtree(survey.parent / "reports")
            kept.append(_render(survey)[0])
    return [
        Claim(f"an edition in three shapes ({size})", tuple(written), LIMIT_SECONDS, " s"),
        Claim("the largest of its processes", tuple(peaks), LIMIT_MEGABYTES, " MB"),
        Claim("the same, its files removed", tuple(kept), KEPT_LIMIT_SECONDS, " s"),
        Claim("the same edition with nothing changed", tuple(idle), IDLE_LIMIT_SECONDS, " s"),
    ]


def _render(survey: Path) -> tuple[float, float]:
    """Seconds of wall clock, and the peak resident memory of the largest process in MB.

    The system keeps the peaks (`wait4`): to look again and again would take time from what is measured.
    """
    command = [sys.executable, "-m", "dlsurvey", "render", "--config", str(survey)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=survey.parent, env=environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"the full store was not rendered: {errors.read().decode()}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def _describe(edition: Path) -> str:
    import pypdf

    pages = {}
    for name in SHAPES[1:]:
        with pypdf.PdfReader(edition / name) as reader:
            pages[name] = len(reader.pages)
    trials = len(json.loads((edition / "results.json").read_bytes())["trials"])
    figures = len(list((edition / "tables").glob("*.csv")))
    return (
        f"{figures} figures, {pages['report.pdf']} pages, {pages['slides.pdf']} slides,"
        f" {trials} trials"
    )
