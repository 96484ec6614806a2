"""What a build would do, why, and how long it took; with nothing to do it is done at once."""

import json
import resource
import shutil
import statistics
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from collectors.subjects import SUBJECTS
from dlsurvey import forecast
from dlsurvey.agenda import describe_basis
from dlsurvey.build import Options, Survey
from dlsurvey.collection import select_collectors
from dlsurvey.config import Config, load_config
from dlsurvey.console import Console
from dlsurvey.editions import FORMATS, assemble
from dlsurvey.forecast import describe_forecast, foresee_training
from dlsurvey.heartbeat import read_beats
from dlsurvey.migration import bring_up_to_date
from dlsurvey.premises import describe_premises, hash_trial_code
from dlsurvey.records import Collection, to_json
from dlsurvey.rendition import Mark, describe_rendition, keep_mark
from dlsurvey.requests import Training
from dlsurvey.store import Store
from experiments import environment
from experiments.frameworks import find_framework, hash_program
from tests.conftest import REPOSITORY
from tests.dlsurvey.test_cli import run
from tests.experiments.samples import MNIST_CNN
from tests.experiments.test_idx import write_mnist

SAMPLE = REPOSITORY / "tests" / "sample_store"
QUICK = Options(profile="quick", offline=True)
SETTINGS = '[data]\nstore = "."\ncache = "cache"\n[experiments]\nworkloads = ["mnist-cnn"]\n'


def settle(folder: Path) -> Config:
    """The sample store as if a build had just come to its end on this very machine."""
    shutil.copytree(SAMPLE, folder)
    (folder / "survey.toml").write_text(SETTINGS)
    config = load_config(folder / "survey.toml", {})
    store = Store(config.store)
    training = store.read_training(Training)
    assert training is not None
    for trial_id in training.trials:
        trial = store.read_trial(trial_id)
        framework = find_framework(trial.spec.framework)
        adapted = replace(
            trial,
            environment=environment.read_environment(framework),
            trainer_sha256=hash_program(MNIST_CNN, framework),
            code_sha256=hash_trial_code(MNIST_CNN),
        )
        store.keep_source(MNIST_CNN.programs[framework.program])
        (config.store / "trials" / f"{trial_id}.json").write_bytes(to_json(adapted))
    request = Survey(config, Console(terminal=False))._make_request(QUICK)
    store.keep_training(replace(training, basis=describe_premises(config, request)))
    collect_all(config, store)
    return config


def collect_all(config: Config, store: Store) -> None:
    for collector in select_collectors(config):
        store.append_collection(
            Collection(
                source=collector.name, at=datetime.now(UTC), status="complete", observations=1,
                new_observations=0, seconds=31.0, basis=describe_basis(collector, SUBJECTS),
            )
        )  # fmt: skip


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return settle(tmp_path / "survey")


def foresee(config: Config, options: Options = QUICK) -> str:
    survey = Survey(config, Console(terminal=False))
    return "\n".join(survey.foresee(options))


def pretend_rendered(config: Config) -> None:
    """As if the files of the newest edition had been written by this very program."""
    edition = assemble(config, Store(config.store))
    folder = config.reports / edition.id
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"edition": edition.id, "files": []}))
    keep_mark(config, edition, Mark(describe_rendition(config, FORMATS), 12.0))


def test_nothing_to_do_is_said(config: Config) -> None:
    pretend_rendered(config)
    said = foresee(config)
    assert said.startswith("Collect: nothing is due.")
    assert "Train: nothing changed.\nRender: nothing changed.\n" in said
    assert said.endswith("Nothing has changed: a build would make no new edition.")


def test_a_dry_run_writes_nothing(config: Config) -> None:
    before = {path: path.stat().st_mtime_ns for path in config.folder.rglob("*")}
    assert run(config.folder, "build", "--dry-run", "--offline").returncode == 0
    after = {path: path.stat().st_mtime_ns for path in config.folder.rglob("*")}
    assert after == before


@pytest.mark.parametrize("offline", [True, False])
def test_a_build_with_nothing_to_do_ends_within_two_seconds(
    config: Config, tmp_path: Path, offline: bool
) -> None:
    """Processor time of the whole command: it waits for nothing, and others may keep it waiting."""
    write_mnist(tmp_path / "images")  # else a build with a network would look for them
    places = {"DLSURVEY_DATA_DIR": str(tmp_path / "images")}
    config = load_config(config.folder / "survey.toml", places)
    store = Store(config.store)
    survey = Survey(config, Console(terminal=False))
    request = survey._make_request(replace(QUICK, offline=offline))
    training = store.read_training(Training)
    assert training is not None
    store.keep_training(
        replace(training, offline=offline, basis=describe_premises(config, request))
    )
    pretend_rendered(config)
    bring_up_to_date(config.store)
    options = ["--offline"] if offline else []
    before = [edition.id for edition in store.list_editions()]
    spent = []
    for _ in range(3):
        started = measure_children()
        answer = run(config.folder, "build", "--profile", "quick", *options, **places)
        spent.append(measure_children() - started)
        assert answer.returncode == 0, answer.stderr
        assert "sources is due." in answer.stdout
        assert "nothing to train" in answer.stdout
        assert "Nothing new was found: no new edition" in answer.stdout
        assert "Nothing has changed since this edition was written." in answer.stdout
    assert statistics.median(spent) < 2
    assert [edition.id for edition in store.list_editions()] == before
    assert [(beat.is_new, beat.seconds) for beat in read_beats(store)] == [(False, {})] * 3


def measure_children() -> float:
    """Seconds of processor time of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_sources_say_why_and_how_long(config: Config) -> None:
    store = Store(config.store)
    known = list(store.read_collections())[-1]
    store.append_collection(replace(known, source="google-trends", status="failed", basis={}))
    said = foresee(config, replace(QUICK, offline=False))
    assert "Collect: 1 of 10 sources." in said
    assert "  ask google-trends: the newest attempt" in said
    assert "failed (31 s last time)" in said
    assert "  leave published: it does not change (31 s last time)" in said


def test_a_changed_program_is_named_and_only_its_trials_run_again(config: Config) -> None:
    store = Store(config.store)
    training = store.read_training(Training)
    assert training is not None
    name = "program mnist-cnn/train_tensorflow.py"
    assert name in training.basis
    store.keep_training(replace(training, basis=training.basis | {name: "sha256:another"}))
    for trial_id in training.trials:
        trial = store.read_trial(trial_id)
        if trial.spec.framework == "tensorflow":
            path = config.store / "trials" / f"{trial_id}.json"
            path.write_bytes(to_json(replace(trial, trainer_sha256="0" * 64)))
    said = foresee(config)
    assert f"Train: {name} changed (" in said
    assert "s last time).\n  mnist-cnn in tensorflow (graph): " in said
    assert "pytorch" not in said


def test_another_version_is_named_with_the_one_before(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(config.store)
    training = store.read_training(Training)
    assert training is not None
    present = training.basis["torch"]
    store.keep_training(replace(training, basis=training.basis | {"torch": "2.1.0"}))
    assert f"Train: torch {present} was 2.1.0" in foresee(config)


def test_force_and_other_wishes_are_reasons(config: Config) -> None:
    survey = Survey(config, Console(terminal=False))
    store = Store(config.store)
    request = survey._make_request(replace(QUICK, force=True))
    assert foresee_training(config, store, request).reasons == ("--force",)
    request = survey._make_request(replace(QUICK, frameworks=("pytorch",)))
    reasons = foresee_training(config, store, request).reasons
    assert "frameworks pytorch was tensorflow, pytorch" in reasons
    request = replace(survey._make_request(QUICK), executor="ray")
    assert "only the cluster knows" in " ".join(foresee_training(config, store, request).reasons)


def test_a_trial_that_is_gone_is_a_reason(config: Config) -> None:
    store = Store(config.store)
    training = store.read_training(Training)
    assert training is not None
    (config.store / "trials" / f"{training.trials[0]}.json").unlink()
    request = Survey(config, Console(terminal=False))._make_request(QUICK)
    assert "1 of the last trials cannot be read" in foresee_training(config, store, request).reasons


def test_many_reasons_are_counted() -> None:
    outlook = forecast.Outlook(tuple(f"thing {number}" for number in range(9)), (), 0.4)
    (_, train, _) = describe_forecast((), outlook, forecast.Outlook(()))
    assert train.endswith("thing 5, and 3 more (under 1 s last time).")
