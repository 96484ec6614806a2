"""A thousand editions and 200,000 observations are looked at within a second, in little memory."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey.config import load_config
from dlsurvey.editions import assemble, order_editions
from dlsurvey.migration import bring_up_to_date
from dlsurvey.records import to_json
from dlsurvey.requests import Training
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.samples import make_observation, make_trial

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="no accounts are kept")
EDITIONS = 1000
DAYS = 10_000
SUBJECTS = 20
MARGIN = 2.0
"""The bounds are for a machine of today; others may be half as fast."""
OPEN = """
from pathlib import Path
from dlsurvey.editions import find_newest
from dlsurvey.store import Store
store = Store(Path("data"))
count = sum(1 for source in ("github", "pypi") for _ in store.read_observations(source))
print(find_newest(store).id, count)
"""


MEASURED = """
import atexit, pathlib, re, runpy, sys, time

def tell():
    status = pathlib.Path("/proc/self/status").read_text()
    print(time.process_time(), re.search("VmHWM: *\\t* *([0-9]+)", status)[1], file=sys.stderr)

atexit.register(tell)
"""
"""Tells its own memory at its end: what the system tells of a child holds the parent's from before."""


STATUS = """
sys.argv = ["dlsurvey", "status"]
runpy.run_module("dlsurvey", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    (folder / "survey.toml").write_text("")
    config = load_config(folder / "survey.toml", {})
    config.store.mkdir()
    bring_up_to_date(config.store)
    store = Store(config.store)
    for source in ("github", "pypi"):
        store.append_observations(
            source,
            [
                make_observation(
                    source=source,
                    subject=f"framework-{place}",
                    start=date(1999, 1, 1) + timedelta(days=day),
                    value=day,
                )
                for place in range(SUBJECTS // 2)
                for day in range(DAYS)
            ],
        )
    trials = tuple(store.add_trial(make_trial(seed=seed)) for seed in range(3))
    store.keep_training(
        Training(profile="quick", offline=True, plan="", datasets=(), trials=trials, gaps=())
    )
    first = assemble(config, store)
    previous = first.id
    for number in range(1, EDITIONS):
        created_at = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=number)
        edition = replace(
            first,
            id=f"{created_at:%Y-%m-%d}-{number:06x}",
            created_at=created_at,
            previous=previous,
        )
        previous = edition.id
        (config.store / "editions" / f"{edition.id}.json").write_bytes(to_json(edition))
    return folder


def measure(folder: Path, code: str) -> tuple[float, int, str]:
    """Seconds of a processor, whatever else it does; bytes of memory; and what was said."""
    with subprocess.Popen(
        [sys.executable, "-c", MEASURED + code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        said, told = process.communicate()
    assert process.returncode == 0, told
    seconds, kilobytes = told.split()[-2:]
    return float(seconds), 1024 * int(kilobytes), said


def test_it_is_opened_within_two_seconds(survey: Path) -> None:
    seconds, memory, said = measure(survey, OPEN)
    assert said.split()[1] == f"{SUBJECTS * DAYS}"
    assert seconds < 2 * MARGIN
    assert memory < 500e6


def test_its_status_takes_a_second(survey: Path) -> None:
    seconds, memory, said = measure(survey, STATUS)
    assert said.count(" gaps, ") == EDITIONS
    assert seconds < MARGIN
    assert memory < 500e6


def test_a_long_chain_of_editions_is_put_in_order(survey: Path) -> None:
    editions = Store(survey / "data").list_editions()
    ordered = order_editions(editions[::-1])
    assert len(ordered) == EDITIONS
    assert all(after.previous == before.id for before, after in pairwise(ordered))
