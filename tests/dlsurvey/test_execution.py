"""What is stored is not run again; a spec that is planned twice gets two trials."""

import io
from pathlib import Path

import msgspec
import pytest

from dlsurvey.console import Console
from dlsurvey.execution import find_stored, run_trials
from dlsurvey.records import TrialSpec
from dlsurvey.store import Store
from experiments.runner import Bench
from experiments.sources import Prepared
from tests.experiments.samples import ENVIRONMENT, make_fake, make_spec, prepare_digits


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_digits(tmp_path_factory.mktemp("prepared"))


def run(
    folder: Path, prepared: Prepared, specs: list[TrialSpec], fake: str = "base"
) -> tuple[tuple[str, ...], str]:
    words = io.StringIO()
    bench = Bench(make_fake(fake), ENVIRONMENT, timeout_seconds=60, log_folder=folder / "logs")
    found = run_trials(
        Store(folder / "data"),
        Console(terminal=False, stream=words),
        specs,
        {"fake": bench},
        {"mnist-cnn": prepared},
    )
    return found, words.getvalue()


def test_a_spec_that_comes_twice_runs_twice_and_no_more(tmp_path: Path, prepared: Prepared) -> None:
    spec = make_spec()
    once, _ = run(tmp_path, prepared, [spec])
    assert once == (f"{spec.key}/1",)
    twice, words = run(tmp_path, prepared, [spec, make_spec(seed=1), spec])
    assert twice == (f"{spec.key}/1", f"{make_spec(seed=1).key}/1", f"{spec.key}/2")
    assert "Training 2 of 3 trials; the rest are stored." in words
    again, words = run(tmp_path, prepared, [spec, make_spec(seed=1), spec])
    assert again == twice
    assert "All 3 trials are stored: nothing to train." in words


def test_a_failed_trial_is_stored_and_tried_again(tmp_path: Path, prepared: Prepared) -> None:
    spec = make_spec()
    failed, words = run(tmp_path, prepared, [spec], fake="raising")
    assert failed == (f"{spec.key}/1",)
    assert "failed" in words
    assert run(tmp_path, prepared, [spec], fake="raising")[0] == (f"{spec.key}/2",)


def test_a_trial_of_another_trainer_or_machine_does_not_count(
    tmp_path: Path, prepared: Prepared
) -> None:
    spec = make_spec()
    run(tmp_path, prepared, [spec])
    store = Store(tmp_path / "data")

    def look(fake: str, cores: int) -> str | None:
        environment = msgspec.structs.replace(ENVIRONMENT, cores=cores)
        bench = Bench(make_fake(fake), environment, timeout_seconds=1, log_folder=tmp_path)
        return find_stored(store, spec, bench)

    assert look("base", ENVIRONMENT.cores) == f"{spec.key}/1"
    assert look("chatty", ENVIRONMENT.cores) is None
    assert look("base", ENVIRONMENT.cores + 1) is None
