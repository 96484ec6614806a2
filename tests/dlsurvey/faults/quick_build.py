"""Turns a survey folder into one edition in seconds: fake frameworks, a small source, few formats.

All else is as `dlsurvey build` does it: the lock, the store, a fresh process for each trial, the
rendering, the lists of editions. Run as `python -m tests.dlsurvey.faults.quick_build`, the formats
in the environment variable FORMATS.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import collectors
import dlsurvey.build
import experiments.frameworks
from collectors.published import Published
from collectors.subjects import Subject
from dlsurvey.cli import main
from dlsurvey.editions import FORMATS
from dlsurvey.records import Gap, Observation
from experiments.frameworks import Framework
from tests.conftest import REPOSITORY

SETTINGS = """
[data]
cache = "cache"

[experiments]
workloads = ["mnist-cnn"]
frameworks = ["first", "second"]
threads = 1
"""
POINTS = 40
FAKES = tuple(
    Framework(
        name=name,
        title=name.title(),
        adapter="tests.experiments.fakes.agreeing",
        program="pytorch",
        imports=("numpy",),
        package="numpy",
        modes=("eager",),
    )
    for name in ("first", "second")
)


@dataclass(frozen=True)
class Counting:
    """A source that has more to say each time, and whose answers are kept."""

    base_url: str = ""
    name: str = "counting"
    title: str = "A counting source"
    homepage: str = "https://example.org/"
    needs_network: bool = False
    metrics: Mapping[str, str] = field(default_factory=lambda: {"downloads": "Downloads of a day."})

    def collect(self, session: Any, subjects: Sequence[Subject]) -> Iterator[Observation | Gap]:
        """Some days, of which each run knows one more."""
        known = Path("data", "raw", self.name)
        runs = len(list(known.glob("*.gz"))) if known.is_dir() else 0
        raw_sha256 = session._keep_raw(self.name, f"answer {runs}".encode() * 500)
        for place in range(POINTS + runs):
            yield Observation(
                source=self.name,
                subject=subjects[place % 2].name,
                metric="downloads",
                start=date(2026, 1, 1) + timedelta(days=place // 2),
                resolution="day",
                value=1000 + place,
                unit="downloads",
                retrieved_at=datetime.now(UTC),
                url="https://example.org/",
                status="live",
                method="observed",
                raw_sha256=raw_sha256,
            )


def build() -> None:
    """`dlsurvey build` in this folder, with what is faked; ends the process."""
    collectors.COLLECTORS = (Published(), Counting())
    setattr(experiments.frameworks, "FRAMEWORKS", FAKES)  # noqa: B010  two, where there are five
    formats = os.environ.get("FORMATS", "html").split()
    chosen = tuple(one for one in FORMATS if one in formats)
    setattr(dlsurvey.build, "FORMATS", chosen)  # noqa: B010  as the build has imported it
    sys.argv[1:] = ["build", "--offline", "--profile", "quick"]
    main()


def build_in(folder: str, log: str) -> None:
    """The same in `folder`, its words in a file: for a process that is forked."""
    os.chdir(folder)
    words = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(words, 1)
    os.dup2(words, 2)
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    build()


if __name__ == "__main__":
    build()
