"""Small sweeps of one workload: batch size and threads, one at a time.

A verdict at one size is not a verdict. Every point is an ordinary trial of the controlled protocol
on a share of the images. How the size of a network matters, the other workloads tell.
"""

import random
from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from dlsurvey.records import Device, PositiveCount, Record, TrialSpec
from experiments.rounds import Subject

Axis: TypeAlias = Literal["batch_size", "threads"]
AXES: tuple[Axis, ...] = get_args(Axis)

BATCH_SIZES = (8, 32, 128, 512)
THREADS = (1, 2)
EPOCHS = 4
"""The time per epoch is the median of all but the first."""
IMAGES = 512
"""Of one epoch: as many as the largest batch."""
ORDER_SEED = 20211
"""Draws the order of the points, and of the frameworks within each."""


class Point(Record, frozen=True, kw_only=True):
    """One place in the sweeps."""

    batch_size: PositiveCount
    threads: PositiveCount


class Sweep(Record, frozen=True, kw_only=True):
    """What was trained for the sweeps of one workload, seed by seed."""

    schema: int = 1
    budget_seconds: float | None
    """What it was made for; None: no limit."""
    specs: tuple[TrialSpec, ...]


def find_base(batch_size: int, cores: int) -> Point:
    """Where all sweeps meet: the workload's own batch size, two threads where there are."""
    return Point(batch_size=batch_size, threads=min(max(THREADS), cores))


def list_points(base: Point, cores: int) -> tuple[Point, ...]:
    """Every point of every sweep once: what differs from the base differs in one thing."""
    batches = sorted({*BATCH_SIZES, base.batch_size})
    threads = sorted({one for one in THREADS if one <= cores} | {base.threads})
    points = [
        *(Point(batch_size=one, threads=base.threads) for one in batches),
        *(Point(batch_size=base.batch_size, threads=one) for one in threads),
    ]
    return tuple(dict.fromkeys(points))


def list_specs(
    subjects: Sequence[Subject], points: Sequence[Point], seed: int, device: Device
) -> tuple[TrialSpec, ...]:
    """One seed at every point in every framework: points in a drawn order, frameworks too."""
    draw = random.Random(f"{ORDER_SEED} scale {seed}")  # noqa: S311  an order, not a secret
    return tuple(
        make_spec(subject, point, seed, device)
        for point in draw.sample(points, len(points))
        for subject in draw.sample(subjects, len(subjects))
    )


def make_spec(subject: Subject, point: Point, seed: int, device: Device) -> TrialSpec:
    """The trial of one framework at one point."""
    images = min(IMAGES, subject.dataset.train_images)
    return TrialSpec(
        workload=subject.workload.name,
        framework=subject.framework.name,
        dataset=subject.dataset.name,
        dataset_sha256=subject.dataset.sha256,
        mode=subject.mode,
        protocol="controlled",
        seed=seed,
        epochs=EPOCHS,
        batch_size=point.batch_size,
        threads=point.threads,
        device=device,
        train_limit=images,
    )


def read_point(spec: TrialSpec) -> Point:
    """Where a trial of the sweeps stands."""
    return Point(batch_size=spec.batch_size, threads=spec.threads)
