"""Trials on a Ray cluster of two nodes: every trial is there once, whatever becomes of a node."""

import io
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from dlsurvey.build import Options, Survey
from dlsurvey.config import Config
from dlsurvey.console import Console
from dlsurvey.errors import ConfigError, TrialError
from dlsurvey.execution import run_trials
from dlsurvey.records import Trial
from dlsurvey.requests import Training
from dlsurvey.settings import Experiments, Settings
from dlsurvey.store import Store
from experiments.executors import Errand, Executor, open_executor
from experiments.runner import Bench
from experiments.sources import Prepared, find_source, prepare
from tests.experiments.cluster_samples import MARK, start_cluster
from tests.experiments.samples import MNIST_CNN, make_fake, make_spec

pytest.importorskip("ray", reason="needs the extra ray: pip install -e '.[ray]'")

Cluster = tuple[Any, Any]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    cache = tmp_path_factory.mktemp("cache")
    source = find_source(MNIST_CNN, setting="auto", data_folder=None, cache=cache, offline=True)
    return prepare(source, cache)


@pytest.fixture(scope="module")
def head() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, start_cluster(patch) as started:
        yield started


@pytest.fixture
def cluster(head: Any) -> Iterator[Cluster]:
    """The cluster and its second node, which may be killed."""
    second = head.add_node(num_cpus=2)
    yield head, second
    if second in head.worker_nodes:
        head.remove_node(second)


def make_errand(fake: str, prepared: Prepared) -> Errand:
    return Errand(
        frameworks=(make_fake(fake),),
        images={"mnist-cnn": prepared.dataset.sha256},
        workloads=(MNIST_CNN,),
        settings={"mnist-cnn": "auto"},
        data_folder=None,
        cache=str(Path(prepared.path).parent.parent),
        offline=True,
        threads=None,
    )


def train(
    executor: Executor, store: Store, prepared: Prepared, fake: str, *, seeds: int
) -> tuple[str, ...]:
    framework = make_fake(fake)
    bench = Bench(
        framework,
        executor.read_environment(framework),
        timeout_seconds=60,
        log_folder=store.folder / "logs",
    )
    specs = [make_spec(seed=seed) for seed in range(seeds)]
    console = Console(terminal=False, stream=io.StringIO())
    return run_trials(store, console, executor, specs, {"fake": bench}, {"mnist-cnn": prepared})


class Watched(Store):
    """A store that calls back after each trial."""

    def __init__(self, folder: Path, after: Callable[[int], None]) -> None:
        super().__init__(folder)
        self.count, self.after = 0, after

    def add_trial(self, trial: Trial) -> str:
        name = super().add_trial(trial)
        self.count += 1
        self.after(self.count)
        return name


def list_workers() -> list[int]:
    """The trials' processes of this test's cluster: they inherit its mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if "experiments.worker" in process.cmdline() and process.environ().get(MARK):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


def test_every_trial_is_there_once_though_a_node_is_killed_on_the_way(
    cluster: Cluster,
    prepared: Prepared,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    whole, second = cluster

    def kill_second(count: int) -> None:
        if count == 3:
            whole.remove_node(second, allow_graceful=False)

    handler = signal.getsignal(signal.SIGTERM)
    store = Watched(tmp_path / "data", kill_second)
    with (
        caplog.at_level(logging.INFO),
        open_executor("ray", make_errand("slow", prepared)) as executor,
    ):
        assert signal.getsignal(signal.SIGTERM) is handler
        assert executor.threads == 2
        assert executor.notes == (
            "Trials run on 2 nodes that are alike of the Ray cluster, 2 threads each.",
        )
        found = train(executor, store, prepared, "slow", seeds=8)
        again = train(executor, store, prepared, "slow", seeds=8)
    assert found == again == tuple(f"{make_spec(seed=seed).key}/1" for seed in range(8))
    assert {store.read_trial(name).status for name in found} == {"completed"}
    assert store.count == 8
    assert "sent out again" in caplog.text
    assert (store.folder / "logs" / f"{make_spec().key}.log").exists()
    assert "Raylet is terminated" not in capfd.readouterr().out
    wait_for(lambda: not list_workers())


def test_with_every_node_lost_what_was_finished_is_kept(
    cluster: Cluster, prepared: Prepared, tmp_path: Path
) -> None:
    store = Store(tmp_path / "data")
    with open_executor("ray", make_errand("slow", prepared)) as executor:
        train(executor, store, prepared, "slow", seeds=1)
        executor._nodes.clear()  # type: ignore[attr-defined]  # the driver is on the head: it cannot be killed here
        with pytest.raises(TrialError, match=r"Every node that trials could run on is lost"):
            train(executor, store, prepared, "slow", seeds=3)
    assert [trial.spec.seed for trial in store.iterate_trials()] == [0]


def test_a_failure_and_its_log_come_back(
    cluster: Cluster, prepared: Prepared, tmp_path: Path
) -> None:
    store = Store(tmp_path / "data")
    with open_executor("ray", make_errand("crashing", prepared)) as executor:
        [name] = train(executor, store, prepared, "crashing", seeds=1)
    trial = store.read_trial(name)
    assert (trial.status, trial.reason) == ("failed", "crashed with signal 11 (SIGSEGV)")


def test_a_stop_leaves_no_process_behind(
    cluster: Cluster, prepared: Prepared, tmp_path: Path
) -> None:
    code = (
        "import msgspec, sys\n"
        "from pathlib import Path\n"
        "from experiments.executors import Errand, open_executor\n"
        "from experiments.sources import Prepared\n"
        "from dlsurvey.store import Store\n"
        "from tests.dlsurvey.test_cluster import make_errand, train\n"
        "prepared = msgspec.json.decode(sys.argv[1], type=Prepared)\n"
        "folder = Path(sys.argv[2])\n"
        "with open_executor('ray', make_errand('hanging', prepared)) as executor:\n"
        "    train(executor, Store(folder / 'data'), prepared, 'hanging', seeds=4)\n"
    )
    argument = msgspec.json.encode(prepared).decode()
    for number in (signal.SIGINT, signal.SIGKILL):
        with subprocess.Popen([sys.executable, "-c", code, argument, str(tmp_path)]) as driver:
            wait_for(lambda: len(list_workers()) == 2, seconds=60)
            os.kill(driver.pid, number)
            driver.wait(30)
        wait_for(lambda: not list_workers())
    assert not list((tmp_path / "data").rglob("*.json"))


def test_without_a_cluster_it_says_what_to_start(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with (
        pytest.raises(ConfigError, match=r"No Ray cluster can be used .*ray start --head"),
        open_executor("ray", make_errand("slow", prepared)),
    ):
        pass


@pytest.mark.trains
def test_a_real_training_through_the_cluster(cluster: Cluster, tmp_path: Path) -> None:
    settings = Settings(experiments=Experiments(workloads=("mnist-cnn",), executor="ray"))
    survey = Survey(Config(settings, tmp_path, {}), Console(terminal=False, stream=io.StringIO()))
    options = Options(
        profile="quick", offline=True, epochs=1, seeds=1, protocols=("controlled",), device="cpu"
    )
    survey.train(options)
    training = survey.store.read_training(Training)
    assert training is not None
    trials = [survey.store.read_trial(name) for name in training.trials]
    assert [trial.status for trial in trials] == ["completed", "completed"]
    assert {trial.spec.framework for trial in trials} == {"tensorflow", "pytorch"}
    assert all(check.passed for parity in training.parity for check in parity.checks)
    assert training.parity
