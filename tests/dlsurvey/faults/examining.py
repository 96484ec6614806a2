"""Turns a survey folder after a fault into the assertion that nothing in it is broken or lost."""

import gzip
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlsurvey.lock import NAME as LOCK
from dlsurvey.requests import Training
from dlsurvey.retention import read_manifest
from dlsurvey.store import Store

REPLACED = {"training.json", "format.json"}
"""Files that a later run writes anew; lines are appended to, and all others never change."""


def read_evidence(folder: Path) -> dict[str, bytes]:
    """Every file under `data/` that must never be lost, by its path."""
    data = folder / "data"
    return {
        name: path.read_bytes()
        for path in sorted(data.rglob("*"))
        if path.is_file()
        and not path.name.startswith(".")
        and not (name := path.relative_to(data).as_posix()).startswith("rendered/")
    }


def check_nothing_is_lost(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    for name, content in before.items():
        if name.endswith(".jsonl"):
            whole = content[: content.rfind(b"\n") + 1]
            assert after[name].startswith(whole), name
        elif name not in REPLACED:
            assert after[name] == content, name


def check_all_is_whole(folder: Path) -> None:
    """Every record can be read without a word, and what names another file finds it."""
    store = Store(folder / "data")
    with _silence():
        trials = list(store.iterate_trials())
        editions = store.list_editions()
        collections = list(store.read_collections())
        lines = store.count_observation_lines()
        observations = [one for source in lines for one in store.read_observations(source)]
        training = store.read_training(Training)
    assert store.find_faults() == ()
    assert sum(lines.values()) == len(observations)
    assert all(trial.status == "completed" for trial in trials)
    for trial_id in (
        *(training.trials if training else ()),
        *(t for e in editions for t in e.trials),
    ):
        store.read_trial(trial_id)
    for edition in editions:
        assert all(lines[source] >= count for source, count in edition.observation_lines.items())
    assert sum(one.new_observations for one in collections) <= len(observations)
    for path in (folder / "data" / "raw").rglob("[!.]*.gz"):
        assert hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() == path.stem
    for one in observations:
        if one.raw_sha256:
            assert (folder / "data" / "raw" / one.source / f"{one.raw_sha256}.gz").exists()
    check_reports(folder / "reports")


def check_reports(reports: Path) -> None:
    """What can be seen is whole: an edition has every file of its manifest."""
    for path in reports.glob("[!.]*"):
        if path.is_dir():
            assert read_manifest(path) is not None, path
    if (reports / "latest").is_symlink():
        assert (reports / "latest").is_dir()


def list_leftovers(folder: Path) -> list[Path]:
    """Hidden files and folders beside the locks."""
    return [
        path
        for place in ("data", "reports")
        for path in (folder / place).rglob(".*")
        if path.name not in (".lock", LOCK)
    ]


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing that is read may be told as a fault."""
    words: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            words.append(record.getMessage())

    listener = Listener(logging.WARNING)
    logger = logging.getLogger("dlsurvey")
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)
    assert words == []
