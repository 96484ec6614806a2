"""The ways out are measured when asked for, once for the same networks, packages and machine."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey import deployment
from dlsurvey.analysis.deployment import assess_deployments
from dlsurvey.console import Console
from dlsurvey.deployment import choose_specs, find_deployments
from dlsurvey.records import Trial
from dlsurvey.store import Store
from experiments.deployment import runner
from experiments.deployment.record import Deployments
from experiments.sources import Prepared
from tests.conftest import REPOSITORY
from tests.dlsurvey.deployment_samples import FASTER, make_record

SAMPLE = Store(REPOSITORY / "tests" / "sample_store")


@pytest.fixture(scope="module")
def trials() -> tuple[Trial, ...]:
    edition = SAMPLE.list_editions()[-1]
    return tuple(SAMPLE.read_trial(trial_id) for trial_id in edition.trials)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Any]]:
    """What was exported each time that anything was."""
    found: list[Sequence[Any]] = []

    def deploy_all(subjects: Sequence[Any], **_: Any) -> Deployments:
        found.append(subjects)
        return make_record(FASTER)

    monkeypatch.setattr(runner, "deploy_all", deploy_all)
    return found


def find(
    store: Store, trials: Sequence[Trial], seconds: float | None, *, anew: bool = False
) -> str | None:
    dataset = SAMPLE.list_editions()[-1].datasets[0]
    prepared = {"mnist-cnn": Prepared(dataset=dataset, path="images.npz")}
    console = Console(terminal=False, stream=io.StringIO())
    return find_deployments(store, console, trials, prepared, timeout_seconds=seconds, anew=anew)


def test_it_is_measured_when_asked_and_then_kept(
    tmp_path: Path,
    trials: tuple[Trial, ...],
    asked: list[Sequence[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store(tmp_path)
    assert find(store, trials, None) is None
    identity = find(store, trials, 60)
    assert identity is not None
    assert find(store, trials, 60) == find(store, trials, None) == identity
    assert len(asked) == 1
    kept = store.read_deployments(identity, Deployments)
    assert kept == make_record(FASTER)
    assert find(store, trials, 60, anew=True) == identity
    assert len(asked) == 2
    monkeypatch.setattr(deployment, "_read_versions", lambda: {"torch": "9.9"})
    assert find(store, trials, None) is None
    assert find(store, trials, 60) != identity


def test_each_network_is_taken_once_from_the_shared_weights(
    trials: tuple[Trial, ...], tmp_path: Path, asked: list[Sequence[Any]]
) -> None:
    specs = choose_specs(trials)
    assert [spec.framework for spec in specs] == ["tensorflow", "pytorch"]
    assert all(
        (spec.seed, spec.protocol, spec.device, spec.precision)
        == (0, "controlled", "cpu", "float32")
        for spec in specs
    )
    find(Store(tmp_path), trials, 60)
    assert [subject.framework.name for subject in asked[0]] == [spec.framework for spec in specs]


def test_a_trial_that_failed_or_ran_in_another_mode_is_not_taken(
    trials: tuple[Trial, ...], tmp_path: Path
) -> None:
    failed = [replace(one, metrics=None) for one in trials]
    assert choose_specs(failed) == ()
    assert find(Store(tmp_path), failed, 60) is None
    compiled = [replace(one, spec=replace(one.spec, mode="compiled")) for one in trials]
    assert choose_specs(compiled) == ()


def test_the_recorded_ways_out_are_read_and_assessed() -> None:
    """Of a real run, with its machine busy: what ran gives the same answers, and no time decides."""
    (path,) = (SAMPLE.folder / "deployments").glob("*.json")
    record = SAMPLE.read_deployments(path.stem, Deployments)
    found = assess_deployments(record)
    assert found is not None
    ran = [one for one in found.takes if one.deployment.same_answers]
    assert len(ran) == 9
    assert all(one.processes == one.loaded == 3 for one in ran)
    assert {one.deployment.status for one in found.takes} == {"completed", "missing"}
    alone = {one.deployment.runtime for one in ran if not one.frameworks}
    assert alone == {"litert", "onnxruntime"}
    assert {one.verdict for one in found.comparisons if one.quantity != "peak_memory_bytes"} == {
        "inconclusive"
    }
