"""Sweeps are trained seed by seed as far as the budget reaches, once, and only when asked for."""

import io
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey import scaling
from dlsurvey.console import Console
from dlsurvey.records import Trial
from dlsurvey.scaling import Field, find_scale, find_suite_seconds
from dlsurvey.store import Store
from experiments.executors import LocalExecutor, Order
from experiments.frameworks import hash_program
from experiments.profiles import FULL, QUICK, STANDARD, Profile
from experiments.rounds import Subject
from experiments.runner import Bench
from experiments.scale import find_base, list_points
from experiments.sources import Prepared
from tests.dlsurvey.samples import NOON, make_metrics
from tests.experiments.samples import CIFAR10_CNN, DATASET, ENVIRONMENT, MNIST_CNN, make_fake

SECONDS_EACH = 2.0


class InstantExecutor(LocalExecutor):
    """Gives each order a trial that is made up, and lets the clock of the test go on."""

    def __init__(self, clock: list[float]) -> None:
        self.orders: list[Order] = []
        self._clock = clock

    def run(
        self, orders: Sequence[Order], listen: object
    ) -> Generator[tuple[Order, Trial], None, None]:
        for order in orders:
            self.orders.append(order)
            self._clock[0] += SECONDS_EACH
            yield (
                order,
                Trial(
                    spec=order.spec,
                    status="completed",
                    reason=None,
                    started_at=NOON,
                    metrics=make_metrics(),
                    environment=ENVIRONMENT,
                    trainer_sha256=hash_program(order.workload, order.bench.framework),
                ),
            )


class Site:
    """A store and a clock; the machine has two processors."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = [0.0]
        self.words = io.StringIO()
        self.executor = InstantExecutor(self.clock)
        monkeypatch.setattr(scaling, "monotonic", lambda: self.clock[0])
        monkeypatch.setattr(scaling, "count_cores", lambda: 2)
        framework = make_fake("base")
        bench = Bench(framework, ENVIRONMENT, timeout_seconds=60, log_folder=folder / "logs")
        self.field = Field(
            Store(folder / "data"),
            Console(terminal=False, stream=self.words),
            self.executor,
            {"fake": bench},
            {"mnist-cnn": Prepared(dataset=DATASET, path="nowhere")},
            "cpu",
        )
        self.subjects = [
            Subject(workload=MNIST_CNN, framework=framework, dataset=DATASET, mode="eager")
        ]

    def find(
        self, profile: Profile, *, measure: bool = True, anew: bool = False
    ) -> tuple[str, ...]:
        return find_scale(self.field, self.subjects, profile, measure=measure, anew=anew)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


POINTS = len(list_points(find_base(32, 2), 2))
ONE_SEED = POINTS * SECONDS_EACH


def test_nothing_is_trained_that_nobody_asked_for(site: Site) -> None:
    assert site.find(STANDARD, measure=False) == ()
    assert site.executor.orders == []


def test_every_point_has_as_many_seeds_as_the_budget_has_room_for(site: Site) -> None:
    profile = replace(STANDARD, budget_seconds=2.5 * ONE_SEED, stand_in_budget_seconds=None)
    found = site.find(profile)
    assert len(found) == 2 * POINTS
    assert {order.spec.seed for order in site.executor.orders} == {0, 1}
    assert "2 of 3 seeds" in site.words.getvalue()


def test_one_seed_is_trained_even_where_it_is_over_the_budget(site: Site) -> None:
    found = site.find(replace(STANDARD, budget_seconds=1.0, stand_in_budget_seconds=None))
    assert len(found) == POINTS


def test_without_a_budget_all_seeds_are_trained(site: Site) -> None:
    assert len(site.find(FULL)) == 5 * POINTS
    assert find_suite_seconds(QUICK) is None


def test_what_is_stored_is_found_again_and_not_trained_again(site: Site) -> None:
    first = site.find(STANDARD)
    count = len(site.executor.orders)
    assert site.find(STANDARD) == first
    assert site.find(STANDARD, measure=False) == first
    assert site.find(replace(STANDARD, seeds=1), measure=False) == first
    assert len(site.executor.orders) == count
    again = site.find(STANDARD, anew=True)
    assert len(site.executor.orders) == 2 * count
    assert not set(again) & set(first)


def test_more_time_adds_seeds_to_those_that_are_stored(site: Site) -> None:
    small = replace(STANDARD, budget_seconds=1.0, stand_in_budget_seconds=None)
    first = site.find(small)
    more = site.find(replace(small, budget_seconds=10 * ONE_SEED))
    assert more[:POINTS] == first
    assert len(more) == 3 * POINTS
    assert len(site.executor.orders) == 3 * POINTS


def test_only_the_first_workload_is_swept(site: Site) -> None:
    other = replace(site.subjects[0], workload=CIFAR10_CNN)
    site.subjects.append(other)
    assert len(site.find(FULL)) == 5 * POINTS
    assert {order.workload.name for order in site.executor.orders} == {"mnist-cnn"}


def test_no_workload_no_sweeps(site: Site) -> None:
    assert find_scale(site.field, [], STANDARD, measure=True, anew=False) == ()
