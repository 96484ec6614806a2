"""Turns the runs of one framework, in one mode and protocol on one device, into a member."""

from collections.abc import Callable, Iterable, Mapping

from dlsurvey.analysis.measured import Curve, Member, Spread
from dlsurvey.analysis.measures import (
    find_images_per_second,
    find_seconds_to_target,
    find_working_memory,
)
from dlsurvey.analysis.pairing import Group
from dlsurvey.analysis.quantities import find_epoch_seconds
from dlsurvey.analysis.spread import summarize
from dlsurvey.records import Dataset, Metrics

Matrix = tuple[tuple[int, ...], ...]


def describe_member(group: Group, title: str, dataset: Dataset, target: float) -> Member:
    """Every measure of these runs as a spread, those that no run tells as None."""
    spec, runs = group.spec, group.by_seed

    def spread(measure: Callable[[Metrics], float]) -> Spread:
        return summarize({seed: measure(metrics) for seed, metrics in runs.items()})

    def known(measure: Callable[[Metrics], float | None]) -> Spread | None:
        return summarize_known({seed: measure(metrics) for seed, metrics in runs.items()})

    to_target = known(lambda metrics: find_seconds_to_target(metrics, target))
    return Member(
        framework=spec.framework,
        title=title,
        mode=spec.mode,
        protocol=spec.protocol,
        device=group.device,
        trials=len(runs),
        loaded_seeds=tuple(sorted(group.loaded_seeds)),
        parameters=next(iter(runs.values())).parameters,
        test_accuracy=spread(lambda metrics: metrics.test_accuracy),
        test_loss=spread(lambda metrics: metrics.test_loss),
        epoch_seconds=spread(find_epoch_seconds),
        train_seconds=spread(lambda metrics: metrics.train_seconds),
        warmup_seconds=spread(lambda metrics: metrics.warmup_seconds),
        import_seconds=spread(lambda metrics: metrics.import_seconds),
        peak_memory_bytes=spread(lambda metrics: metrics.peak_memory_bytes),
        images_per_second=known(lambda metrics: find_images_per_second(spec, dataset, metrics)),
        step_seconds_median=known(lambda metrics: metrics.step_seconds_median),
        step_seconds_p95=known(lambda metrics: metrics.step_seconds_p95),
        working_memory_bytes=known(find_working_memory),
        device_memory_bytes=known(lambda metrics: metrics.peak_device_memory_bytes),
        energy_joules=known(lambda metrics: metrics.energy_joules),
        seconds_to_target=to_target,
        reached=len(to_target.values) if to_target else 0,
        watched=sum(bool(metrics.epoch_test_accuracy) for metrics in runs.values()),
        confusion=sum_confusions(metrics.confusion for metrics in runs.values()),
        curves=tuple(_describe_curve(seed, runs[seed]) for seed in sorted(runs)),
    )


def summarize_known(by_seed: Mapping[int, float | None]) -> Spread | None:
    """The spread of the values that are there; None where none is."""
    known = {seed: value for seed, value in by_seed.items() if value is not None}
    return summarize(known) if known else None


def sum_confusions(matrices: Iterable[Matrix]) -> Matrix:
    """Cell by cell; runs without a matrix are left out, none at all gives the empty one."""
    total: Matrix = ()
    for matrix in matrices:
        if not matrix:
            continue
        total = total or tuple((0,) * len(row) for row in matrix)
        total = tuple(
            tuple(a + b for a, b in zip(left, right, strict=True))
            for left, right in zip(total, matrix, strict=True)
        )
    return total


def _describe_curve(seed: int, metrics: Metrics) -> Curve:
    return Curve(
        seed=seed,
        loss=metrics.epoch_loss,
        accuracy=metrics.epoch_accuracy,
        test_accuracy=metrics.epoch_test_accuracy,
    )
