"""Trials of another machine: each once, whatever that folder holds, and compared with their own only."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.console import Console
from dlsurvey.errors import ConfigError
from dlsurvey.joining import EMPTY, add_merged, read_ledger
from dlsurvey.merging import NothingToMerge, import_trials
from dlsurvey.records import Parity, ParityCheck, Samples, Trial
from dlsurvey.requests import Training
from dlsurvey.store import Store
from experiments.frameworks import hash_source
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET, ENVIRONMENT

SOURCE = "# a program\n"
THERE = replace(ENVIRONMENT, cpu="another", cores=16)
SAMPLES = Samples(
    dataset_sha256=DATASET.sha256, height=28, width=28, channels=1, examples=(), mistaken=()
)


def run(framework: str, seed: int, **changes: Any) -> Trial:
    trial = make_trial(framework, seed, epoch_seconds=(5.0, 4.0 + seed / 100))
    return replace(trial, **({"trainer_sha256": hash_source(SOURCE)} | changes))


def make_parity(*, passed: bool = True) -> Parity:
    check = ParityCheck(
        workload="mnist-cnn", a="tensorflow", b="pytorch", quantity="logits",
        max_relative_difference=1e-15, tolerance=1e-10, passed=passed, explanation="",
    )  # fmt: skip
    return Parity(workload="mnist-cnn", checks=(check,), traces={})


def make_survey(folder: Path, trials: list[Trial], **changes: Any) -> Store:
    store = Store(folder / "data")
    names = tuple(store.add_trial(trial) for trial in trials)
    store.keep_source(SOURCE)
    values: dict[str, Any] = {
        "datasets": (DATASET,),
        "trials": names,
        "parity": (make_parity(),),
        "samples": (store.keep_samples(SAMPLES),),
    }
    store.keep_training(replace(EMPTY, **(values | changes)))
    return store


def merge(store: Store, folder: Path) -> tuple[int, str]:
    words = io.StringIO()
    new = import_trials(store, Console(terminal=False, stream=words), folder)
    return new, words.getvalue()


def read(store: Store) -> Training:
    training = store.read_training(Training)
    assert training is not None
    return training


@pytest.fixture
def here(tmp_path: Path) -> Store:
    return make_survey(
        tmp_path / "here", [run(name, seed) for name in ("tensorflow", "pytorch") for seed in (0, 1, 2)]
    )  # fmt: skip


@pytest.fixture
def there(tmp_path: Path) -> Path:
    trials = [
        run(name, seed, environment=THERE) for name in ("tensorflow", "pytorch") for seed in (0, 1, 2)
    ]  # fmt: skip
    make_survey(tmp_path / "there", trials)
    return tmp_path / "there"


def test_each_trial_comes_once_however_often_it_is_imported(here: Store, there: Path) -> None:
    new, words = merge(here, there)
    assert new == 6
    assert "Environment: another, 16 processors, Linux." in words
    first = read(here)
    assert len(first.trials) == len(set(first.trials)) == 12
    machines = {here.read_trial(name).environment.cpu for name in first.trials}
    assert machines == {ENVIRONMENT.cpu, THERE.cpu}
    again, words = merge(here, there / "data")
    assert again == 0
    assert "All of them had been imported before." in words
    assert read(here) == first
    (merger,) = read_ledger(here).mergers
    assert merger.environments == (THERE,)
    assert len(here.list_trial_ids()) == 12


def test_machines_are_never_compared_with_each_other(here: Store, there: Path) -> None:
    merge(here, there)
    trials = [here.read_trial(name) for name in read(here).trials]
    (workload,) = compare_workloads(trials, [DATASET])
    assert [one.device for one in workload.members] == ["cpu", "cpu", "cpu@2", "cpu@2"]
    assert {one.device: one.n for one in workload.comparisons} == {"cpu": 3, "cpu@2": 3}
    assert "come from 2 setups" in workload.setup
    sentences = [one.sentence for one in workload.comparisons if one.device == "cpu@2"]
    assert all("CPU, setup 2" in one for one in sentences)
    assert {one.device for one in workload.noise_floors} == {"cpu", "cpu@2"}


def test_the_next_training_keeps_what_was_imported(here: Store, there: Path) -> None:
    own = read(here)
    merge(here, there)
    assert add_merged(here, own) == read(here)
    assert add_merged(here, read(here)) == read(here)


def test_a_survey_without_trials_of_its_own_takes_all(tmp_path: Path, there: Path) -> None:
    store = Store(tmp_path / "empty" / "data")
    merge(store, there)
    training = read(store)
    assert (len(training.trials), training.datasets, training.gaps) == (6, (DATASET,), ())
    assert training.parity == (make_parity(),)
    assert store.read_samples(training.samples[0]) == SAMPLES
    assert store.read_source(hash_source(SOURCE)) == SOURCE


def test_what_failed_its_parity_check_there_is_stored_and_not_compared(
    here: Store, tmp_path: Path
) -> None:
    for place, parity in enumerate(((), (make_parity(passed=False),))):
        folder = tmp_path / f"there-{place}"
        names = ("tensorflow", "pytorch")
        make_survey(folder, [run(name, place, environment=THERE) for name in names], parity=parity)
        merge(here, folder)
    training = read(here)
    assert len(training.trials) == 6
    (gap,) = training.gaps
    assert "no passed parity certificate of pytorch and tensorflow" in gap.why
    assert len(here.list_trial_ids()) == 10


def test_other_images_are_another_workload(here: Store, tmp_path: Path) -> None:
    trial = run("pytorch", 0, environment=THERE)
    spec = replace(trial.spec, dataset="mnist", dataset_sha256="e" * 64)
    dataset = replace(DATASET, name="mnist", sha256="e" * 64, stand_in_for=None)
    make_survey(tmp_path / "there", [replace(trial, spec=spec)], datasets=(dataset,), samples=())
    merge(here, tmp_path / "there")
    training = read(here)
    assert (len(training.trials), training.datasets) == (6, (DATASET,))
    assert "other images" in training.gaps[0].why


def break_json(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def add_key(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"{", b'{"x": 1,', 1))


def rename_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("0" * 16))


def link(path: Path) -> None:
    target = path.with_name("elsewhere")
    path.rename(target)
    path.symlink_to(target)


def fill(path: Path) -> None:
    path.write_bytes(b" " * (9 * 2**20))


def nest(path: Path) -> None:
    path.write_bytes(b"[" * 10**6)


def change(**values: Any) -> Callable[[Path], None]:
    def rewrite(path: Path) -> None:
        trial = msgspec.json.decode(path.read_bytes(), type=Trial)
        path.write_bytes(msgspec.json.encode(replace(trial, **values)))

    return rewrite


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (break_json, "it is no Trial"),
        (add_key, "it is no Trial"),
        (nest, "it is no Trial"),
        (rename_folder, "its folder is named for another spec"),
        (link, "it is a link or no file"),
        (fill, "it is larger than 8 MiB"),
        (change(schema=99), "it has schema 99"),
        (change(status="failed"), "the trial failed"),
        (change(trainer_sha256="b" * 64), "its program's source is missing"),
    ],
)
def test_hostile_files_are_refused_one_by_one(
    here: Store, there: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    before = read(here)
    spoil(min((there / "data" / "trials").glob("*/1.json")))
    new, words = merge(here, there)
    assert new == 5
    assert "Refused: trials/" in words
    assert reason in words
    assert len(read(here).trials) == len(before.trials) + 5


def test_a_changed_source_and_a_stranger_are_refused(here: Store, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    make_survey(folder, [run("pytorch", 5), run("stranger", 0)])
    (path,) = (folder / "data" / "sources").iterdir()
    path.write_text("import os\n")
    with pytest.raises(NothingToMerge, match="no completed trial"):
        merge(here, folder)
    assert len(here.list_trial_ids()) == 6


def test_what_is_no_survey_is_said(here: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no survey folder"):
        merge(here, tmp_path)
    with pytest.raises(ConfigError, match="this survey's own folder"):
        merge(here, here.folder)
