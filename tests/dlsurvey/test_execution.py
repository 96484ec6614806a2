"""What is stored is not run again; a spec that is planned twice gets two trials."""

import io
import os
from collections.abc import Container
from pathlib import Path

import msgspec
import pytest

from dlsurvey.analysis.load import describe_load
from dlsurvey.console import Console
from dlsurvey.execution import find_stored, run_trials
from dlsurvey.records import TrialSpec, to_json
from dlsurvey.store import Store
from experiments.executors import LocalExecutor
from experiments.runner import Bench
from experiments.sources import Prepared
from tests.experiments.samples import ENVIRONMENT, make_fake, make_spec, prepare_digits


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_digits(tmp_path_factory.mktemp("prepared"))


def run(
    folder: Path,
    prepared: Prepared,
    specs: list[TrialSpec],
    fake: str = "base",
    passed_over: Container[str] = (),
) -> tuple[tuple[str, ...], str]:
    words = io.StringIO()
    bench = Bench(make_fake(fake), ENVIRONMENT, timeout_seconds=60, log_folder=folder / "logs")
    found = run_trials(
        Store(folder / "data"),
        Console(terminal=False, stream=words),
        LocalExecutor(),
        specs,
        {"fake": bench},
        {"mnist-cnn": prepared},
        passed_over,
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


def test_a_trial_of_another_program_or_machine_does_not_count(
    tmp_path: Path, prepared: Prepared
) -> None:
    spec = make_spec()
    run(tmp_path, prepared, [spec])
    store = Store(tmp_path / "data")

    def look(program: str, cores: int) -> str | None:
        environment = msgspec.structs.replace(ENVIRONMENT, cores=cores)
        framework = msgspec.structs.replace(make_fake("base"), program=program)
        bench = Bench(framework, environment, timeout_seconds=1, log_folder=tmp_path)
        return next(iter(find_stored(store, spec, bench)), None)

    assert look("pytorch", ENVIRONMENT.cores) == f"{spec.key}/1"
    assert look("jax", ENVIRONMENT.cores) is None
    assert look("pytorch", ENVIRONMENT.cores + 1) is None


def test_what_is_run_again_by_force_stands_beside_and_counts_from_then_on(
    tmp_path: Path, prepared: Prepared
) -> None:
    spec = make_spec()
    first, _ = run(tmp_path, prepared, [spec])
    stored = Store(tmp_path / "data").list_trial_ids()
    assert stored == {*first}
    forced, words = run(tmp_path, prepared, [spec], passed_over=stored)
    assert forced == (f"{spec.key}/2",)
    assert "Training 1 trial." in words
    assert run(tmp_path, prepared, [spec])[0] == forced


def test_a_trial_of_other_code_does_not_count_and_one_of_unknown_code_does(
    tmp_path: Path, prepared: Prepared
) -> None:
    spec = make_spec()
    (trial_id,), _ = run(tmp_path, prepared, [spec])
    store = Store(tmp_path / "data")
    trial = store.read_trial(trial_id)
    bench = Bench(make_fake("base"), ENVIRONMENT, timeout_seconds=1, log_folder=tmp_path)
    assert trial.code_sha256 is not None
    for code_sha256, found in (("0" * 64, []), (None, [trial_id]), (trial.code_sha256, [trial_id])):
        changed = msgspec.structs.replace(trial, code_sha256=code_sha256)
        (store.folder / "trials" / f"{trial_id}.json").write_bytes(to_json(changed))
        assert find_stored(store, spec, bench) == found


@pytest.mark.skipif(os.name != "posix", reason="other systems stop no process")
def test_a_trial_whose_process_was_stopped_says_so_and_is_run_once_more(
    tmp_path: Path, prepared: Prepared
) -> None:
    spec = make_spec()
    found, words = run(tmp_path, prepared, [spec], fake="stopping")
    assert found == (f"{spec.key}/2",)
    assert "was stopped, during 1 of these trials" in words
    trials = [trial for _, trial in Store(tmp_path / "data").list_trials(spec.key)]
    assert [trial.status for trial in trials] == ["completed"] * 2
    for trial in trials:
        assert trial.load is not None
        assert 1.0 <= (trial.load.paused_seconds or 0.0) <= 10.0
    assert "During 2 of 2 trials the machine slept or the process was stopped" in describe_load(
        trials
    )


def test_a_trial_that_could_run_is_run_once(tmp_path: Path, prepared: Prepared) -> None:
    found, words = run(tmp_path, prepared, [make_spec()])
    assert found == (f"{make_spec().key}/1",)
    assert "once more" not in words
    trial = Store(tmp_path / "data").read_trial(found[0])
    assert trial.load is not None
    assert trial.load.paused_seconds == 0.0
