"""A build killed at random moments, with its workers or without, loses what was in flight and no more.

Twenty kills by default; as many as DLSURVEY_KILLS says where it is set.
"""

import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.dlsurvey.faults.examining import (
    check_all_is_whole,
    check_nothing_is_lost,
    list_leftovers,
    read_evidence,
)
from tests.dlsurvey.faults.quick_build import SETTINGS, build_in

if os.name != "posix":
    pytest.skip("other systems have no SIGKILL", allow_module_level=True)
pytestmark = pytest.mark.trains
KILLS = int(os.environ.get("DLSURVEY_KILLS", "20"))
SEED = int(os.environ.get("DLSURVEY_KILLS_SEED", "20261121"))
KILLS_OF_ONE_FOLDER = 5
TRIALS = 4


# What a build loads takes longer than the build: it is loaded once, and each build is forked.
CONTEXT = multiprocessing.get_context("forkserver")
LOADED = ["tests.dlsurvey.faults.quick_build", "dlsurvey.build", "dlsurvey.analysis.survey",
          "dlsurvey.diff", "dlsurvey.figures", "dlsurvey.render", "collectors.session"]  # fmt: skip


class Run(NamedTuple):
    """A build, and the file of what it says."""

    process: BaseProcess
    log: Path

    def read(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def folders() -> Iterator[Path]:
    """A place in memory where there is one: what is killed is the process, not the disk."""
    memory = Path("/dev/shm")
    parent = memory if os.access(memory, os.W_OK) else None
    CONTEXT.set_forkserver_preload(LOADED)
    with tempfile.TemporaryDirectory(prefix="dlsurvey-kills-", dir=parent) as name:
        yield Path(name)


def start(folder: Path) -> Run:
    log = folder / f"said-{time.monotonic_ns()}"
    process = CONTEXT.Process(target=build_in, args=(str(folder), str(log)))
    process.start()
    return Run(process, log)


def end(run: Run) -> tuple[int | None, str]:
    run.process.join(timeout=300)
    return run.process.exitcode, run.read()


def kill(run: Run, after_seconds: float, *, with_workers: bool) -> bool:
    """Kill it so long after its first word; False where it had ended by then."""
    while not run.read() and run.process.is_alive():
        time.sleep(0.01)
    run.process.join(timeout=after_seconds)
    try:
        assert run.process.pid is not None
        victim = psutil.Process(run.process.pid)
        children = victim.children(recursive=True)
    except psutil.NoSuchProcess:
        return False
    if not run.process.is_alive():
        return False
    run.process.kill()
    for child in children if with_workers else ():
        if child.is_running():
            child.kill()
    # Those that were not killed end by themselves: a trial at once, others with what they do.
    _, alive = psutil.wait_procs(children, timeout=120)
    assert not alive, [process.cmdline() for process in alive]
    return True


def count_trials(evidence: dict[str, bytes]) -> int:
    return sum(name.startswith("trials/") for name in evidence)


def check_only_one_was_in_flight(said: str, before: int, after: int) -> None:
    told = sum(line.startswith("[") for line in said.splitlines())
    assert after - before >= told - 1, said


def check_the_end(folder: Path, code: int | None, said: str) -> None:
    assert code == 0, said
    evidence = read_evidence(folder)
    assert count_trials(evidence) == TRIALS, said
    assert list_leftovers(folder) == []
    results = json.loads((folder / "reports" / "latest" / "results.json").read_bytes())
    assert [trial["status"] for trial in results["trials"]] == ["completed"] * TRIALS


def test_a_killed_build_loses_what_was_in_flight_and_no_more(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    seconds = 5.0  # of a build in an empty folder, until one was measured
    killed = 0
    where: dict[str, int] = {}
    while killed < KILLS:
        folder = folders / str(killed)
        folder.mkdir()
        (folder / "survey.toml").write_text(SETTINGS)
        for _ in range(min(KILLS_OF_ONE_FOLDER, KILLS - killed)):
            before = read_evidence(folder)
            run = start(folder)
            moment = chance.uniform(0, seconds)
            was_killed = kill(run, moment, with_workers=chance.random() < 0.5)
            _, said = end(run)
            assert "Traceback" not in said, said
            after = read_evidence(folder)
            check_nothing_is_lost(before, after)
            check_only_one_was_in_flight(said, count_trials(before), count_trials(after))
            check_all_is_whole(folder)
            killed += was_killed
            if was_killed:
                last = (said.splitlines() or ["nothing said"])[-1].split()[0].rstrip(":")
                where[last] = where.get(last, 0) + 1
        before = read_evidence(folder)
        started = time.monotonic()
        check_the_end(folder, *end(start(folder)))
        seconds = 0.7 * seconds + 0.3 * (time.monotonic() - started)
        check_nothing_is_lost(before, read_evidence(folder))
        check_all_is_whole(folder)
        shutil.rmtree(folder)
    with capsys.disabled():
        sys.stdout.write(f"\n{killed} kills; the first word of the line before them: {where}\n")
