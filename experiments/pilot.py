"""Turns one short run of a framework into what its trials will cost, for the budget."""

import time

from dlsurvey.records import Device, Record, TrialSpec
from experiments.executors import Executor, Order
from experiments.rounds import Cost, Subject, is_small
from experiments.runner import Bench
from experiments.sources import Prepared

IMAGES = 960
EPOCHS = 2
"""The second epoch is the one that counts: the first one still warms up."""


class Pilot(Record, frozen=True, kw_only=True):
    """A measured cost, or the least that is known of it where the pilot failed."""

    cost: Cost
    failure: str | None


def run_pilot(  # noqa: PLR0913, PLR0917  what a pilot depends on
    executor: Executor,
    bench: Bench,
    subject: Subject,
    prepared: Prepared,
    threads: int,
    device: Device = "cpu",
) -> Pilot:
    """Train two short epochs in a process of their own; never part of the results."""
    limit = None if is_small(subject.workload) else min(IMAGES, subject.dataset.train_images)
    images = limit or subject.dataset.train_images
    spec = TrialSpec(
        workload=subject.workload.name,
        framework=subject.framework.name,
        dataset=subject.dataset.name,
        dataset_sha256=subject.dataset.sha256,
        mode=subject.mode,
        protocol="idiomatic",
        seed=0,
        epochs=EPOCHS,
        batch_size=subject.workload.batch_size,
        threads=threads,
        device=device,
        train_limit=limit,
    )
    started = time.perf_counter()
    order = Order(0, spec, subject.workload, bench, prepared)
    [(_, trial)] = executor.run([order], lambda spec, event: None)
    seconds = time.perf_counter() - started
    if trial.metrics is None:
        return Pilot(cost=Cost(fixed_seconds=seconds, seconds_per_image=0.0), failure=trial.reason)
    return Pilot(
        cost=Cost(
            fixed_seconds=seconds
            - trial.metrics.train_seconds
            - EPOCHS * trial.metrics.evaluation_seconds,
            seconds_per_image=trial.metrics.epoch_seconds[-1] / images,
            test_seconds=trial.metrics.evaluation_seconds,
        ),
        failure=None,
    )
