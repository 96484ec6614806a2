"""Turns the sample store into the time and memory that its edition needs in all three shapes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.claim import Claim

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "tests" / "sample_store"
LIMIT_SECONDS = 8.0
IDLE_LIMIT_SECONDS = 2.0
LIMIT_MEGABYTES = 600.0
SHAPES = ("report.html", "report.pdf", "slides.pdf")


def measure(pairs: int) -> list[Claim]:
    """Each time into an empty folder, by the whole command; then once more with nothing changed."""
    written, idle, peaks = [], [], []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(SAMPLE, folder / "survey")
            seconds, peak = _render(folder)
            written.append(seconds)
            peaks.append(peak)
            idle.append(_render(folder)[0])
            size = _describe(folder / "survey" / "reports" / "latest")
    return [
        Claim(f"an edition in three shapes ({size})", tuple(written), LIMIT_SECONDS, " s"),
        Claim("the largest of its processes", tuple(peaks), LIMIT_MEGABYTES, " MB"),
        Claim("the same edition with nothing changed", tuple(idle), IDLE_LIMIT_SECONDS, " s"),
    ]


def _render(folder: Path) -> tuple[float, float]:
    """Seconds of wall clock, and the peak resident memory of the largest process in MB."""
    command = [sys.executable, "-m", "dlsurvey", "render", "--config", "survey/survey.toml"]
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        peak = _watch(process)
        seconds = time.perf_counter() - started
        assert process.stderr is not None
        if process.returncode:
            raise SystemExit(f"the sample store was not rendered: {process.stderr.read()}")
    return seconds, peak


def _watch(process: subprocess.Popen[str]) -> float:
    peak = 0
    while process.poll() is None:
        try:
            family = [psutil.Process(process.pid)]
            family += family[0].children(recursive=True)
            peak = max(peak, *(one.memory_info().rss for one in family))
        except psutil.NoSuchProcess:
            continue  # one of them ended between the two questions
        time.sleep(0.05)
    return peak / 1e6


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
