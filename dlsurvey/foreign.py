"""Turns the files of another survey folder into records that are what they say they are.

Nothing in there is trusted: every file is decoded against its record, every hash is taken again,
and links are not followed. What is refused comes back with its reason.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from dlsurvey.errors import ConfigError, StoreError
from dlsurvey.records import SCHEMA, Samples, Trial, content_sha256
from dlsurvey.requests import Training
from dlsurvey.store import Store
from experiments.frameworks import hash_source, list_frameworks
from experiments.workloads import list_workloads

MAX_FILE_BYTES = 8 * 2**20
"""No file of a survey that is read here is nearly as large."""
MAX_TRIALS = 100_000
T = TypeVar("T")


class _Refused(Exception):
    """Why one file is not taken over."""


class Found(NamedTuple):
    """What a folder holds that can be used, and why the rest cannot."""

    trials: list[Trial]
    sources: dict[str, str]
    """The programs' sources by their hash."""
    refused: list[str]


def find_data(path: Path) -> Path:
    """The data folder that `path` is or holds; raises ConfigError where it is none."""
    for folder in (path, path / "data"):
        if (folder / "trials").is_dir():
            return folder
    raise ConfigError(
        f"{path} is no survey folder and no data folder of one: there is no trials/ in it."
    )


def read_training(folder: Path) -> Training | None:
    """What the last training there says beside its trials; None where it cannot be read."""
    try:
        return _decode(folder / "training.json", Training)
    except _Refused:
        return None


def read_samples(folder: Path, names: Iterable[str]) -> Iterator[Samples]:
    """The sample images of these names; what is not what its name says is passed over."""
    for name in names:
        try:
            samples = _decode(folder / "samples" / f"{name}.json", Samples)
        except _Refused:
            continue
        if content_sha256(samples) == name:
            yield samples


def read_trials(store: Store, folder: Path) -> Found:
    """Every completed trial that is whole, with its program's source."""
    found = Found([], {}, [])
    for place, path in enumerate(_list_files(folder / "trials")):
        name = f"trials/{path.parent.name}/{path.name}"
        if place >= MAX_TRIALS:
            found.refused.append(f"{name} and all after it: more than {MAX_TRIALS:,} trials.")
            break
        try:
            trial = _decode(path, Trial)
            _check(trial, path)
            if trial.trainer_sha256 not in found.sources:
                found.sources[trial.trainer_sha256] = _read_source(store, folder, trial)
        except _Refused as refusal:
            found.refused.append(f"{name}: {refusal}.")
            continue
        found.trials.append(trial)
    return found


def _list_files(folder: Path) -> Iterator[Path]:
    """`<key>/<n>.json`, the runs of a spec in their order; what is not ours is passed over."""
    for below in sorted(folder.iterdir()):
        if below.is_dir() and not below.is_symlink():
            ours = [
                one for one in below.glob("*.json") if one.stem.isascii() and one.stem.isdigit()
            ]
            yield from sorted(ours, key=lambda one: (len(one.stem), one.stem))


def _decode(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(_read_bytes(path), type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise _Refused(f"it is no {kind.__name__} ({error})") from error


def _read_bytes(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise _Refused("it is a link or no file")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _Refused(f"it cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise _Refused(f"it is larger than {MAX_FILE_BYTES // 2**20} MiB")
    return content


def _check(trial: Trial, path: Path) -> None:
    """Raise _Refused unless the trial is of this schema, complete, and what its folder's name says."""
    spec, metrics = trial.spec, trial.metrics
    if trial.schema != SCHEMA:
        raise _Refused(f"it has schema {trial.schema}, this dlsurvey knows {SCHEMA}")
    if trial.status != "completed" or metrics is None:
        raise _Refused(f"the trial {trial.status}")
    if spec.key != path.parent.name:
        raise _Refused("its folder is named for another spec")
    if spec.workload not in {one.name for one in list_workloads()}:
        raise _Refused("its workload is not known here")
    if spec.framework not in {one.name for one in list_frameworks()}:
        raise _Refused("its framework is not known here")
    epochs = {len(metrics.epoch_loss), len(metrics.epoch_accuracy), len(metrics.epoch_seconds)}
    if epochs != {spec.epochs} or len(metrics.epoch_test_accuracy) not in (0, spec.epochs):
        raise _Refused("it has more or fewer epochs than its spec")
    if trial.started_at.tzinfo is None or trial.started_at > datetime.now(UTC):
        raise _Refused("it began in the future, or nowhere")


def _read_source(store: Store, folder: Path, trial: Trial) -> str:
    """The program as it ran: of that folder, or of ours; raises _Refused where its hash disagrees."""
    sha256 = trial.trainer_sha256
    path = folder / "sources" / f"{sha256}.py"
    if not path.exists():
        try:
            return store.read_source(sha256)
        except StoreError:
            raise _Refused("its program's source is missing") from None
    try:
        text = _read_bytes(path).decode()
    except UnicodeDecodeError:
        raise _Refused("its program's source is no text") from None
    if hash_source(text) != sha256:
        raise _Refused("its program's source was changed")
    return text
