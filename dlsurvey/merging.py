"""Turns what another survey folder measured into trials of this one, each once, and keeps account of it.

What comes over is the completed trials, the programs' sources, the sample images, the parity
certificates, and a ledger of the environments, `data/merged.json`. `dlsurvey/joining.py` says what
of it belongs into an edition.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from dlsurvey.console import Console
from dlsurvey.errors import ConfigError, StoreError, SurveyError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.foreign import find_data, read_samples, read_training, read_trials
from dlsurvey.joining import EMPTY, LEDGER, Merger, add_merged, read_ledger
from dlsurvey.records import Trial, to_json
from dlsurvey.requests import Training
from dlsurvey.store import Store

MAX_SAID = 20
"""So many refusals are said one by one."""


class NothingToMerge(SurveyError):
    """A survey folder without a single trial that could be used."""


def import_trials(store: Store, console: Console, path: Path) -> int:
    """Take over the trials of the survey folder, or data folder, `path`; answers how many are new.

    Raises ConfigError where it is none, NothingToMerge where no trial in it can be used.
    """
    folder = find_data(path)
    if folder.resolve() == store.folder.resolve():
        raise ConfigError(f"{path} is this survey's own folder: there is nothing to merge.")
    found = read_trials(store, folder)
    for line in found.refused[:MAX_SAID]:
        console.say(f"Refused: {line}")
    if len(found.refused) > MAX_SAID:
        console.say(f"Refused: {len(found.refused) - MAX_SAID} more.")
    if not found.trials:
        raise NothingToMerge(
            f"{path} holds no completed trial that can be used; nothing was stored."
        )
    for text in found.sources.values():
        store.keep_source(text)
    ids = [_store_once(store, trial) for trial in found.trials]
    new = sum(is_new for _, is_new in ids)
    merger = _describe(store, folder, found.trials, tuple(name for name, _ in ids))
    if new or not _is_known(store, merger):
        _note(store, merger)
    store.keep_training(add_merged(store, store.read_training(Training) or EMPTY))
    machines = {(one.cpu, one.cores, one.os): one for one in merger.environments}
    for environment in machines.values():
        console.say(
            f"Environment: {environment.cpu}, {environment.cores} processors, {environment.os}."
        )
    console.say(
        f"Stored: {len(ids):,} trials, {new:,} new."
        + ("" if new else " All of them had been imported before.")
    )
    return new


def _store_once(store: Store, trial: Trial) -> tuple[str, bool]:
    """The id of the trial here, and whether it is new: the same run is stored only once."""
    for name, known in store.list_trials(trial.spec.key):
        if known == trial:
            return name, False
    return store.add_trial(trial), True


def _describe(
    store: Store, folder: Path, trials: Sequence[Trial], names: tuple[str, ...]
) -> Merger:
    """With what the other survey's last training says beside its trials, where it can be read."""
    theirs = read_training(folder) or EMPTY
    images = {trial.spec.dataset_sha256 for trial in trials}
    environments = {trial.environment.sha256: trial.environment for trial in trials}
    return Merger(
        at=datetime.now(UTC).replace(microsecond=0),
        trials=tuple(dict.fromkeys(names)),
        datasets=tuple(one for one in theirs.datasets if one.sha256 in images),
        parity=theirs.parity,
        samples=tuple(map(store.keep_samples, read_samples(folder, theirs.samples))),
        environments=tuple(environments.values()),
    )


def _is_known(store: Store, merger: Merger) -> bool:
    at = merger.at
    return any(msgspec.structs.replace(one, at=at) == merger for one in read_ledger(store).mergers)


def _note(store: Store, merger: Merger) -> None:
    path = store.folder / LEDGER
    ledger = read_ledger(store)
    grown = msgspec.structs.replace(ledger, mergers=(*ledger.mergers, merger))
    with explaining(StoreError, f"write {path}"):
        write_atomic(path, to_json(grown, indent=1) + b"\n")
