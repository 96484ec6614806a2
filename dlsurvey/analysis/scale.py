"""The sweeps of batch size and threads: lines, ratios with verdicts, and where a ratio turns.

Their comparisons are adjusted among themselves, and never with those of the edition: neither side
changes what may be said of the other.
"""

from collections.abc import Iterable, Sequence
from math import exp, log
from statistics import fmean
from typing import NamedTuple

from msgspec.structs import replace

from dlsurvey.analysis.fairness import list_incomparable
from dlsurvey.analysis.load import describe_load, is_loaded
from dlsurvey.analysis.measured import Comparison, Failure, Quantity, Spread
from dlsurvey.analysis.modes import map_titles, rank_frameworks
from dlsurvey.analysis.noise import find_noise_floor
from dlsurvey.analysis.pairing import Group, compare_groups, list_shared_seeds, settle
from dlsurvey.analysis.quantities import find_epoch_seconds
from dlsurvey.analysis.scale_sentences import describe_axis
from dlsurvey.analysis.sizes import (
    ScaleAxis,
    ScaleFindings,
    ScaleLine,
    ScalePoint,
    ScaleRatio,
)
from dlsurvey.analysis.spread import find_interval, summarize
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext
from dlsurvey.records import Dataset, Parity, Trial
from dlsurvey.settings import Margins
from experiments.scale import AXES, Axis, Point, find_base, read_point
from experiments.workloads import find_workload

TITLES: dict[Axis, str] = {
    "batch_size": mark("Batch size"),
    "threads": mark("Threads"),
}
COMPARED: tuple[Quantity, ...] = ("epoch_seconds", "peak_memory_bytes")


class Place(NamedTuple):
    """All that ran at one point."""

    point: Point
    groups: tuple[Group, ...]
    comparisons: tuple[Comparison, ...]


def assess_scale(
    trials: Sequence[Trial],
    datasets: Iterable[Dataset],
    margins: Margins,
    certificates: Sequence[Parity] = (),
) -> ScaleFindings | None:
    """The sweeps of the workload that comes first; None where none of their trials was completed."""
    if not trials:
        return None
    found = find_workload(trials[0].spec.workload)
    own = [trial for trial in trials if trial.spec.workload == found.name]
    places = _settle(_find_places(own, margins, list_incomparable(certificates)))
    if not places:
        return None
    base = find_base(found.batch_size, max(place.point.threads for place in places))
    by_sha256 = {one.sha256: one for one in datasets}
    return ScaleFindings(
        workload=found.name,
        title=found.title,
        setup=_describe_setup(own, by_sha256[own[0].spec.dataset_sha256], base),
        load=describe_load(own),
        axes=tuple(axis for name in AXES if (axis := _make_axis(name, places, base)) is not None),
        failures=_list_failures(own),
        trials=tuple(own),
        measured_at=max(trial.started_at for trial in own),
    )


def _find_places(
    trials: Sequence[Trial], margins: Margins, incomparable: frozenset[tuple[str, str, str]]
) -> list[Place]:
    """Point by point, what was completed there, compared but not judged yet."""
    by_point: dict[Point, list[Trial]] = {}
    for trial in trials:
        point = read_point(trial.spec)
        if trial.metrics is not None:
            by_point.setdefault(point, []).append(trial)
    places = []
    for point, here in by_point.items():
        groups = _group(here)
        compared = compare_groups(groups, find_noise_floor(here), margins)
        places.append(
            Place(
                point,
                tuple(groups),
                tuple(
                    one
                    for one in compared
                    if one.quantity in COMPARED
                    and one.a != one.b
                    and (one.workload, one.a, one.b) not in incomparable
                ),
            )
        )
    return places


def _settle(places: Sequence[Place]) -> list[Place]:
    settled = iter(settle([one for place in places for one in place.comparisons]))
    return [
        place._replace(comparisons=tuple(next(settled) for _one in place.comparisons))
        for place in places
    ]


def _group(trials: Iterable[Trial]) -> list[Group]:
    """One group for each framework, in the registry's order; of a seed the first undisturbed run."""
    order = rank_frameworks()
    runs: dict[str, dict[int, Trial]] = {}
    for trial in trials:
        by_seed = runs.setdefault(trial.spec.framework, {})
        known = by_seed.setdefault(trial.spec.seed, trial)
        if is_loaded(known) and not is_loaded(trial):
            by_seed[trial.spec.seed] = trial
    return [
        Group(
            spec=next(iter(runs[name].values())).spec,
            by_seed={
                seed: one.metrics for seed, one in runs[name].items() if one.metrics is not None
            },
            loaded_seeds=frozenset(seed for seed, one in runs[name].items() if is_loaded(one)),
        )
        for name in sorted(runs, key=lambda name: (order.get(name, len(order)), name))
    ]


def _make_axis(name: Axis, places: Sequence[Place], base: Point) -> ScaleAxis | None:
    """The places that differ from the base in this only; None where that is a single one."""
    along = sorted(
        (place for place in places if replace(place.point, **{name: getattr(base, name)}) == base),
        key=lambda place: int(getattr(place.point, name)),
    )
    if len(along) < 2:
        return None
    titles = map_titles()
    values = [int(getattr(place.point, name)) for place in along]
    reference = along[0].groups[0].spec.framework
    lines: dict[str, list[ScalePoint]] = {}
    for value, place in zip(values, along, strict=True):
        by_framework = {group.spec.framework: group for group in place.groups}
        for framework, group in by_framework.items():
            point = _make_point(value, group)
            if framework != reference and reference in by_framework:
                point = _set_beside(point, group, by_framework[reference])
            lines.setdefault(framework, []).append(point)
    axis = ScaleAxis(
        name=name,
        title=TITLES[name],
        lines=tuple(
            ScaleLine(framework=one, title=titles.get(one, one), points=tuple(points))
            for one, points in lines.items()
        ),
        ratios=tuple(
            ScaleRatio(value=value, comparison=one)
            for value, place in zip(values, along, strict=True)
            for one in place.comparisons
        ),
        sentences=(),
    )
    return replace(axis, sentences=describe_axis(axis))


def _make_point(value: int, group: Group) -> ScalePoint:
    runs = group.by_seed
    return ScalePoint(
        value=value,
        epoch_seconds=summarize({seed: find_epoch_seconds(one) for seed, one in runs.items()}),
        peak_memory_bytes=summarize({seed: one.peak_memory_bytes for seed, one in runs.items()}),
        loaded_seeds=tuple(sorted(group.loaded_seeds)),
    )


def _set_beside(point: ScalePoint, group: Group, reference: Group) -> ScalePoint:
    """With the ratio of its times to the reference's, over the seeds that both completed."""
    seeds, left_out = list_shared_seeds(group, reference, "epoch_seconds")
    logs = {
        seed: log(find_epoch_seconds(group.by_seed[seed]))
        - log(find_epoch_seconds(reference.by_seed[seed]))
        for seed in sorted([*seeds, *left_out])
        if min(find_epoch_seconds(one.by_seed[seed]) for one in (group, reference)) > 0
    }
    told = [logs[seed] for seed in seeds if seed in logs]
    if not logs:
        return point
    low, high = find_interval(told)
    return replace(
        point,
        multiple=Spread(
            values=tuple(exp(one) for one in logs.values()),
            seeds=tuple(logs),
            mean=exp(fmean(told or logs.values())),
            low=None if low is None else exp(low),
            high=None if high is None else exp(high),
        ),
        multiple_loaded_seeds=tuple(left_out),
    )


def _describe_setup(trials: Sequence[Trial], dataset: Dataset, base: Point) -> str:
    spec = trials[0].spec
    seeds = len({trial.spec.seed for trial in trials})
    return _(
        "Each sweep changes one thing and holds the rest: batch size {batch_size}, {threads}. Every"
        " trial is one fresh process in the {protocol} protocol: {epochs} epochs of {images:,} training"
        " images of {dataset}, {seeds}; time per epoch is the median of all but the first."
    ).format(
        batch_size=base.batch_size,
        threads=ngettext("{n} thread", "{n} threads", base.threads).format(n=base.threads),
        protocol=spec.protocol,
        epochs=spec.epochs,
        images=min(spec.train_limit or dataset.train_images, dataset.train_images),
        dataset=_(dataset.title),
        seeds=ngettext("{n} seed", "{n} seeds", seeds).format(n=seeds),
    )


def _list_failures(trials: Sequence[Trial]) -> tuple[Failure, ...]:
    titles = map_titles()
    return tuple(
        Failure(
            workload=f"{one.spec.workload}, {one.spec.batch_size}, {one.spec.threads}",
            framework=titles.get(one.spec.framework, one.spec.framework),
            seed=one.spec.seed,
            reason=one.reason or _("no reason recorded"),
        )
        for one in trials
        if one.status != "completed"
    )
