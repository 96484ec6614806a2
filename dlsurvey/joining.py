"""Turns a training and what was imported into the trials that the next edition stands on."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from itertools import combinations

import msgspec

from dlsurvey.analysis.fairness import is_exact
from dlsurvey.errors import StoreError
from dlsurvey.files import explaining
from dlsurvey.records import SCHEMA, Dataset, Environment, Gap, Parity, Record, Sha256, Trial
from dlsurvey.requests import Training
from dlsurvey.store import Store

LEDGER = "merged.json"
EMPTY = Training(
    profile="imported", offline=True, plan="Trials of other machines.", datasets=(), trials=(), gaps=()
)  # fmt: skip
"""Where trials were imported before anything was trained."""


class Merger(Record, frozen=True, kw_only=True):
    """One import of trials: what came, and from which environments."""

    at: datetime
    trials: tuple[str, ...]
    """By their ids here."""
    datasets: tuple[Dataset, ...]
    parity: tuple[Parity, ...]
    samples: tuple[Sha256, ...]
    environments: tuple[Environment, ...]


class Ledger(Record, frozen=True, kw_only=True):
    """All imports of trials, oldest first."""

    schema: int = SCHEMA
    mergers: tuple[Merger, ...] = ()


def read_ledger(store: Store) -> Ledger:
    """All imports so far; raises StoreError for a damaged file."""
    path = store.folder / LEDGER
    if not path.exists():
        return Ledger()
    with explaining(StoreError, f"read {path}"):
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=Ledger)
    except msgspec.MsgspecError as error:
        raise StoreError(f"{path} is damaged ({error}): remove it, and import again.") from error


def add_merged(store: Store, training: Training) -> Training:
    """The training with all that was imported and belongs with it; what does not is a gap.

    Trials on other images than this survey's are another workload. Frameworks that came without a
    certificate, or failed it there, are not the same network, and cannot be compared.
    """
    mergers = read_ledger(store).mergers
    if not mergers:
        return training
    joining = _Joining(store, training)
    for merger in mergers:
        joining.add(merger)
    held = [name for one in mergers for name in one.samples]
    return msgspec.structs.replace(
        training,
        trials=tuple(joining.trials),
        datasets=tuple(joining.datasets.values()),
        parity=tuple(joining.parity),
        gaps=tuple(joining.gaps),
        samples=_choose_samples(store, training.samples, held, joining.datasets),
    )


class _Joining:
    """A training that grows by one import after another."""

    def __init__(self, store: Store, training: Training) -> None:
        self._store = store
        self._images = {
            one.spec.workload: one.spec.dataset_sha256
            for one in map(store.read_trial, training.trials)
        }
        self._certified = {one.workload for one in training.parity}
        self.trials = list(training.trials)
        self.datasets = {one.sha256: one for one in training.datasets}
        self.parity = list(training.parity)
        self.gaps = list(training.gaps)

    def add(self, merger: Merger) -> None:
        """Whatever of it belongs here."""
        carried = {one.sha256: one for one in merger.datasets}
        certified = _list_certified(merger.parity)
        read = {name: self._store.read_trial(name) for name in merger.trials}
        for name, trial in read.items():
            why = _find_hindrance(
                trial, self._images, {*self.datasets, *carried}
            ) or _find_uncertified(trial, read.values(), certified)
            if why:
                self.gaps += [gap for gap in (_make_gap(why),) if gap not in self.gaps]
            elif name not in self.trials:
                self.trials.append(name)
                sha256 = self._images.setdefault(trial.spec.workload, trial.spec.dataset_sha256)
                if sha256 not in self.datasets:
                    self.datasets[sha256] = carried[sha256]
        self.parity += [
            one
            for one in merger.parity
            if one.workload not in self._certified and one not in self.parity
        ]


def _find_hindrance(trial: Trial, images: dict[str, str], known: set[str]) -> str:
    """Why a trial has no place beside those of this survey; empty where it has one."""
    sha256 = trial.spec.dataset_sha256
    if images.get(trial.spec.workload, sha256) != sha256:
        return f"{trial.spec.workload} was trained on other images there"
    return "" if sha256 in known else f"nothing is told of the images of {trial.spec.workload}"


def _list_certified(parity: Iterable[Parity]) -> set[tuple[str, frozenset[str]]]:
    """Workload and pair of frameworks that passed every float64 check."""
    passed: dict[tuple[str, frozenset[str]], bool] = {}
    for one in parity:
        for check in filter(is_exact, one.checks):
            pair = (check.workload, frozenset((check.a, check.b)))
            passed[pair] = passed.get(pair, True) and check.passed
    return {pair for pair, whole in passed.items() if whole}


def _find_uncertified(
    trial: Trial, others: Iterable[Trial], certified: set[tuple[str, frozenset[str]]]
) -> str:
    """Why it cannot be compared with what came with it; empty where it can."""
    workload = trial.spec.workload
    frameworks = {one.spec.framework for one in others if one.spec.workload == workload}
    for a, b in combinations(sorted(frameworks), 2):
        if trial.spec.framework in (a, b) and (workload, frozenset((a, b))) not in certified:
            return f"no passed parity certificate of {a} and {b} on {workload} came with it"
    return ""


def _make_gap(why: str) -> Gap:
    return Gap(
        what="Some of the imported trials",
        why=f"They are stored and take part in nothing: {why}.",
        cure="Train there on the same images with `dlsurvey train`, and import the folder again.",
    )


def _choose_samples(
    store: Store, own: Sequence[str], held: Iterable[str], known: Container[str]
) -> tuple[str, ...]:
    """Those of this training, and of images that only came with others."""
    shown = {store.read_samples(name).dataset_sha256 for name in own}
    chosen = list(own)
    for name in held:
        dataset = store.read_samples(name).dataset_sha256
        if dataset in known and dataset not in shown:
            chosen.append(name)
            shown.add(dataset)
    return tuple(chosen)
