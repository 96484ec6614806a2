"""Turns stored trials into members, their spreads, and paired comparisons between them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean, median
from typing import Literal, get_args

from msgspec.structs import replace

from dlsurvey.analysis.findings import (
    Comparison,
    Curve,
    Failure,
    Member,
    Provenance,
    Verdict,
    WorkloadFindings,
)
from dlsurvey.analysis.sentences import describe_comparison
from dlsurvey.analysis.spread import find_interval, summarize
from dlsurvey.records import Dataset, Metrics, Trial
from experiments.frameworks import list_frameworks
from experiments.spec import WORKLOADS, Conv, Dense, Flatten, Layer, MaxPool, Workload

Quantity = Literal["test_accuracy", "epoch_seconds", "peak_memory_bytes"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
LEAST_PAIRS = 3
"""With fewer pairs no sentence says 'higher': two that agree by chance are not rare."""


def compare_workloads(
    trials: Sequence[Trial], datasets: Iterable[Dataset]
) -> tuple[WorkloadFindings, ...]:
    """One entry per workload that has a completed trial, in the registry's order."""
    by_sha256 = {dataset.sha256: dataset for dataset in datasets}
    found = []
    for workload in WORKLOADS:
        completed = [
            trial
            for trial in trials
            if trial.spec.workload == workload.name and trial.metrics is not None
        ]
        if completed:
            found.append(
                _compare_workload(workload, completed, by_sha256[completed[0].spec.dataset_sha256])
            )
    return tuple(found)


def list_failures(trials: Iterable[Trial]) -> tuple[Failure, ...]:
    """Every trial that did not complete, with its reason."""
    titles = _titles()
    return tuple(
        Failure(
            workload=trial.spec.workload,
            framework=titles.get(trial.spec.framework, trial.spec.framework),
            seed=trial.spec.seed,
            reason=trial.reason or "no reason recorded",
        )
        for trial in trials
        if trial.status != "completed"
    )


def find_epoch_seconds(metrics: Metrics) -> float:
    """The trial's usual epoch: the median, without the first where there are more."""
    return median(metrics.epoch_seconds[1:] or metrics.epoch_seconds)


def _compare_workload(
    workload: Workload, trials: Sequence[Trial], dataset: Dataset
) -> WorkloadFindings:
    groups: dict[tuple[str, str, str], list[Trial]] = {}
    order = {framework.name: place for place, framework in enumerate(list_frameworks())}
    for trial in sorted(trials, key=lambda trial: order.get(trial.spec.framework, len(order))):
        spec = trial.spec
        groups.setdefault((spec.framework, spec.mode, spec.protocol), []).append(trial)
    comparisons = [
        _compare(workload, quantity, groups[a], groups[b])
        for quantity in QUANTITIES
        for a, b in combinations(groups, 2)
    ]
    return WorkloadFindings(
        name=workload.name,
        title=workload.title,
        dataset=dataset,
        dataset_note=describe_stand_in(dataset),
        setup=_describe_setup(trials, dataset),
        layers=_describe_layers(workload, len(dataset.classes)),
        members=tuple(_describe_member(group) for group in groups.values()),
        comparisons=tuple(comparison for comparison in comparisons if comparison is not None),
        provenance=Provenance(
            source="Trials of this edition",
            status="measured",
            date=max(trial.started_at for trial in trials).date(),
            note=describe_stand_in(dataset),
        ),
    )


def describe_stand_in(dataset: Dataset) -> str:
    """Empty, or the sentence that says which images the numbers come from."""
    if dataset.stand_in_for is None:
        if dataset.name.startswith("folder-"):
            return f"Measured on {dataset.title}, a folder of the user's own."
        return ""
    return (
        f"Measured on {dataset.title} ({dataset.train_images + dataset.test_images:,} real images),"
        f" not on {dataset.stand_in_for}."
    )


def _describe_member(trials: Sequence[Trial]) -> Member:
    by_seed: Mapping[int, Metrics] = {
        trial.spec.seed: trial.metrics for trial in trials if trial.metrics is not None
    }
    spec = trials[0].spec

    return Member(
        framework=spec.framework,
        title=_titles().get(spec.framework, spec.framework),
        mode=spec.mode,
        protocol=spec.protocol,
        trials=len(by_seed),
        parameters=next(iter(by_seed.values())).parameters,
        test_accuracy=summarize({seed: m.test_accuracy for seed, m in by_seed.items()}),
        test_loss=summarize({seed: m.test_loss for seed, m in by_seed.items()}),
        epoch_seconds=summarize({seed: find_epoch_seconds(m) for seed, m in by_seed.items()}),
        train_seconds=summarize({seed: m.train_seconds for seed, m in by_seed.items()}),
        warmup_seconds=summarize({seed: m.warmup_seconds for seed, m in by_seed.items()}),
        import_seconds=summarize({seed: m.import_seconds for seed, m in by_seed.items()}),
        peak_memory_bytes=summarize({seed: m.peak_memory_bytes for seed, m in by_seed.items()}),
        curves=tuple(
            Curve(seed=seed, loss=by_seed[seed].epoch_loss, accuracy=by_seed[seed].epoch_accuracy)
            for seed in sorted(by_seed)
        ),
    )


def _compare(
    workload: Workload, quantity: Quantity, a: Sequence[Trial], b: Sequence[Trial]
) -> Comparison | None:
    """The paired difference over the seeds that both completed; None where they share no seed."""
    a_values, b_values = _read_quantity(a, quantity), _read_quantity(b, quantity)
    seeds = sorted(set(a_values) & set(b_values))
    if not seeds:
        return None
    differences = [a_values[seed] - b_values[seed] for seed in seeds]
    low, high = find_interval(differences)
    comparison = Comparison(
        workload=workload.name,
        quantity=quantity,
        a=a[0].spec.framework,
        b=b[0].spec.framework,
        a_mean=fmean(a_values[seed] for seed in seeds),
        b_mean=fmean(b_values[seed] for seed in seeds),
        effect=fmean(differences),
        low=low,
        high=high,
        n=len(seeds),
        verdict=_judge(low, high, len(seeds)),
        sentence="",
    )
    titles = _titles()
    sentence = describe_comparison(
        comparison,
        workload.title,
        titles.get(comparison.a, comparison.a),
        titles.get(comparison.b, comparison.b),
    )
    return replace(comparison, sentence=sentence)


def _judge(low: float | None, high: float | None, pairs: int) -> Verdict:
    if pairs == 1:
        return "single_run"
    if pairs < LEAST_PAIRS or low is None or high is None or low <= 0 <= high:
        return "inconclusive"
    return "a_higher" if low > 0 else "b_higher"


def _read_quantity(trials: Iterable[Trial], quantity: Quantity) -> dict[int, float]:
    values = {}
    for trial in trials:
        if trial.metrics is None:
            continue
        if quantity == "epoch_seconds":
            values[trial.spec.seed] = find_epoch_seconds(trial.metrics)
        else:
            values[trial.spec.seed] = float(getattr(trial.metrics, quantity))
    return values


def _describe_setup(trials: Sequence[Trial], dataset: Dataset) -> str:
    spec = trials[0].spec
    images = spec.train_limit or dataset.train_images
    seeds = len({trial.spec.seed for trial in trials})
    return (
        f"{images:,} training and {dataset.test_images:,} test images of {dataset.title},"
        f" {spec.epochs} epoch{'s' if spec.epochs != 1 else ''}, batch size {spec.batch_size},"
        f" {spec.threads} thread{'s' if spec.threads != 1 else ''}, {seeds}"
        f" seed{'s' if seeds != 1 else ''} for each framework, {spec.protocol} protocol,"
        f" {spec.precision} on the {spec.device.upper()}."
    )


def _describe_layers(workload: Workload, classes: int) -> tuple[tuple[str, str], ...]:
    shapes = [" × ".join(map(str, shape)) for shape in workload.shapes(classes)]
    names = ["Input", *(_name_layer(layer) for layer in workload.layers(classes))]
    return tuple(zip(names, shapes, strict=True))


def _name_layer(layer: Layer) -> str:
    match layer:
        case Conv(filters=filters, kernel=kernel):
            return f"Convolution {kernel} × {kernel}, {filters} filters, ReLU"
        case MaxPool(size=size):
            return f"Max-pooling {size} × {size}"
        case Flatten():
            return "Flatten"
        case Dense(units=units, relu=relu):
            return f"Dense {units}, {'ReLU' if relu else 'logits'}"


def _titles() -> dict[str, str]:
    return {framework.name: framework.title for framework in list_frameworks()}
