"""Turns a store of a million observations into the time its analysis, an import and a dump need."""

import gzip
import itertools
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.claim import Claim
from dlsurvey.records import Observation, to_json
from dlsurvey.store import Store

OBSERVATIONS = 1_000_000
APPENDED = 40_000
LINKS = 1_000_000
OPEN_LIMIT_SECONDS = 5.0
APPEND_LIMIT_SECONDS = 5.0
DUMP_LIMIT_MEBIBYTES = 300.0
SOURCES = ("github", "google-trends", "import-github-stars", "pypistats")
ROOT = Path(__file__).parent.parent
OPEN = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.store import Store
store = Store(Path(sys.argv[1]))
started = time.perf_counter()
edition = SimpleNamespace(
    id="x", created_at=datetime(2026, 11, 21, tzinfo=UTC), attempts=0,
    observation_lines=store.count_observation_lines(),
)
Evidence(store, edition)
print(time.perf_counter() - started)
"""
COUNT = """
import sys
from collectors.paper_links import count_links
with open(sys.argv[1], "rb") as file:
    count_links(file)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
"""


def measure(pairs: int) -> list[Claim]:
    """Each claim as often as there are pairs, each time in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in SOURCES:
            _write(folder / "observations" / f"{source}.jsonl", source)
        claims = [
            Claim(
                f"opening {OBSERVATIONS:,} observations for analysis",
                tuple(_run(OPEN, folder) for _ in range(pairs)),
                OPEN_LIMIT_SECONDS,
                " s",
            ),
            Claim(
                f"appending {APPENDED:,} observations",
                tuple(_append(folder / f"new-{number}") for number in range(pairs)),
                APPEND_LIMIT_SECONDS,
                " s",
            ),
        ]
        if Path("/proc/self/status").exists():
            _write_links(folder / "links.csv.gz")
            values = tuple(_run(COUNT, folder / "links.csv.gz") for _ in range(pairs))
            text = f"streaming {LINKS:,} links, VmHWM"
            claims.append(Claim(text, values, DUMP_LIMIT_MEBIBYTES, " MiB"))
        return claims


def _make(source: str, count: int) -> list[Observation]:
    chosen = random.Random(0)
    return [
        Observation(
            source=source,
            subject=("tensorflow", "pytorch", "keras", "jax")[number % 4],
            metric=("stars", "forks", "open_issues")[number // 4 % 3],
            start=date(2010, 1, 1) + timedelta(days=number // 12 % 5000),
            resolution="day",
            value=chosen.randrange(10**6),
            unit="stars",
            retrieved_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number // 100),
            url="https://api.github.com/repos/owner/name",
            status=("live", "cached", "imported")[number % 3],
            method="observed",
            raw_sha256=f"{number // 100:064x}",
            label=f"owner/name{number % 4}",
        )
        for number in range(count)
    ]


def _write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(to_json(one) + b"\n" for one in _make(source, OBSERVATIONS // len(SOURCES)))


def _write_links(path: Path) -> None:
    names = itertools.cycle(("none", "pytorch", "tf", "none", "jax"))
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("paper_url,paper_title,paper_arxiv_id,repo_url,is_official,framework\n")
        for number in range(LINKS):
            month = f"{15 + number % 10}{1 + number % 12:02}"
            file.write(
                f"https://example.org/paper/{number},Title {number},{month}.{number % 10**5:05},"
                f"https://example.org/code/{number},true,{next(names)}\n"
            )


def _append(folder: Path) -> float:
    observations = _make("github", APPENDED)
    started = time.perf_counter()
    Store(folder).append_observations("github", observations)
    return time.perf_counter() - started


def _run(code: str, argument: Path) -> float:
    answer = subprocess.run(
        [sys.executable, "-c", code, str(argument)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(answer.stdout.splitlines()[-1])
