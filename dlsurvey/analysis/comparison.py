"""Turns stored trials into members, their spreads, and paired comparisons between them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from dlsurvey.analysis.fairness import (
    describe_defaults,
    describe_parting,
    find_parity,
    list_incomparable,
    list_ledger,
)
from dlsurvey.analysis.findings import (
    Comparison,
    Curve,
    Failure,
    Member,
    NoiseFloor,
    Provenance,
    WorkloadFindings,
)
from dlsurvey.analysis.noise import find_noise_floor
from dlsurvey.analysis.pairing import Group, compare_groups, settle
from dlsurvey.analysis.quantities import find_epoch_seconds
from dlsurvey.analysis.sentences import describe_comparison
from dlsurvey.analysis.spread import summarize
from dlsurvey.config import Margins
from dlsurvey.records import Dataset, Parity, Trial
from experiments.frameworks import list_frameworks
from experiments.spec import WORKLOADS, Conv, Dense, Flatten, Layer, MaxPool, Workload

USUAL_MARGINS = Margins()


class _Compared(NamedTuple):
    """One workload on the way: its comparisons wait for those of the other workloads."""

    workload: Workload
    trials: Sequence[Trial]
    dataset: Dataset
    groups: Sequence[Group]
    comparisons: Sequence[Comparison]
    noise_floors: tuple[NoiseFloor, ...]


def compare_workloads(
    trials: Sequence[Trial],
    datasets: Iterable[Dataset],
    margins: Margins = USUAL_MARGINS,
    repeats: Sequence[Trial] = (),
    certificates: Sequence[Parity] = (),
) -> tuple[WorkloadFindings, ...]:
    """One entry per workload that has a completed trial, in the registry's order.

    Of a spec that ran more than once, the first of `trials` is compared; the others, and
    `repeats`, tell how far apart runs land that differ in nothing. A pair that fails its
    parity certificate is not comparable: it takes part in no verdict.
    """
    incomparable = list_incomparable(certificates)
    by_sha256 = {dataset.sha256: dataset for dataset in datasets}
    compared = [
        _compare_workload(
            workload, completed, by_sha256[completed[0].spec.dataset_sha256], margins, repeats
        )
        for workload in WORKLOADS
        if (completed := _select(trials, workload))
    ]
    compared = [
        each._replace(
            comparisons=[
                one for one in each.comparisons if (one.workload, one.a, one.b) not in incomparable
            ]
        )
        for each in compared
    ]
    settled = iter(settle([one for each in compared for one in each.comparisons]))
    return tuple(
        _describe_workload(
            each,
            [next(settled) for _ in each.comparisons],
            find_parity(certificates, each.workload.name),
        )
        for each in compared
    )


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


def _select(trials: Iterable[Trial], workload: Workload) -> list[Trial]:
    return [
        trial
        for trial in trials
        if trial.spec.workload == workload.name and trial.metrics is not None
    ]


def _compare_workload(
    workload: Workload,
    trials: Sequence[Trial],
    dataset: Dataset,
    margins: Margins,
    repeats: Sequence[Trial],
) -> _Compared:
    groups = _group(trials)
    floors = find_noise_floor(trials, _select(repeats, workload))
    return _Compared(
        workload=workload,
        trials=trials,
        dataset=dataset,
        groups=groups,
        comparisons=compare_groups(groups, floors, margins),
        noise_floors=tuple(floor for floor in floors.values() if floor is not None),
    )


def _group(trials: Iterable[Trial]) -> list[Group]:
    """One group per spec but for its seed, in the registry's order of frameworks."""
    order = {framework.name: place for place, framework in enumerate(list_frameworks())}
    runs: dict[str, dict[int, Trial]] = {}
    for trial in sorted(trials, key=lambda trial: order.get(trial.spec.framework, len(order))):
        by_seed = runs.setdefault(replace(trial.spec, seed=0).key, {})
        by_seed.setdefault(trial.spec.seed, trial)
    return [
        Group(
            spec=next(iter(by_seed.values())).spec,
            by_seed={
                seed: trial.metrics for seed, trial in by_seed.items() if trial.metrics is not None
            },
        )
        for by_seed in runs.values()
    ]


def _describe_workload(
    compared: _Compared, comparisons: Sequence[Comparison], parity: Parity | None
) -> WorkloadFindings:
    workload, trials, dataset = compared.workload, compared.trials, compared.dataset
    several = len({group.spec.protocol for group in compared.groups}) > 1
    titles = _titles()
    members = tuple(_describe_member(group) for group in compared.groups)
    return WorkloadFindings(
        name=workload.name,
        title=workload.title,
        dataset=dataset,
        dataset_note=describe_stand_in(dataset),
        setup=_describe_setup(trials, dataset),
        layers=_describe_layers(workload, len(dataset.classes)),
        members=members,
        comparisons=tuple(
            replace(
                one,
                sentence=describe_comparison(
                    one, f"{workload.title} ({one.protocol})" if several else workload.title, titles
                ),
            )
            for one in comparisons
        ),
        noise_floors=compared.noise_floors,
        parity=parity.checks if parity else (),
        parting=describe_parting(parity, titles) if parity else "",
        ledger=list_ledger(members, trials),
        defaults=describe_defaults(members),
        provenance=Provenance(
            source="Trials of this edition",
            status="measured",
            date=max(trial.started_at for trial in trials).date(),
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


def _describe_member(group: Group) -> Member:
    spec, by_seed = group

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


def _describe_setup(trials: Sequence[Trial], dataset: Dataset) -> str:
    spec = trials[0].spec
    images = spec.train_limit or dataset.train_images
    seeds = len({trial.spec.seed for trial in trials})
    protocols = " and ".join(sorted({trial.spec.protocol for trial in trials}))
    plural = "s" if " and " in protocols else ""
    return (
        f"{images:,} training and {dataset.test_images:,} test images of {dataset.title},"
        f" {spec.epochs} epoch{'s' if spec.epochs != 1 else ''}, batch size {spec.batch_size},"
        f" {spec.threads} thread{'s' if spec.threads != 1 else ''}, {seeds}"
        f" seed{'s' if seeds != 1 else ''} for each framework, {protocols} protocol{plural},"
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
