"""Turns stored trials into what each workload shows: members, comparisons, verdicts, modes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from dlsurvey.analysis.breakeven import find_break_evens
from dlsurvey.analysis.fairness import (
    describe_defaults,
    describe_parting,
    find_parity,
    list_incomparable,
    list_ledger,
)
from dlsurvey.analysis.findings import Provenance, WorkloadFindings
from dlsurvey.analysis.load import describe_frequency, describe_load, is_loaded
from dlsurvey.analysis.measured import Comparison, Failure, NoiseFloor
from dlsurvey.analysis.members import describe_member
from dlsurvey.analysis.modes import choose_leading, map_titles, rank_frameworks, rank_modes
from dlsurvey.analysis.noise import find_noise_floor
from dlsurvey.analysis.pairing import Group, compare_groups, settle
from dlsurvey.analysis.sentences import describe_comparison, describe_loading
from dlsurvey.analysis.separation import Setups
from dlsurvey.analysis.setups import (
    describe_layers,
    describe_setup,
    describe_stand_in,
    name_device,
)
from dlsurvey.language import gettext as _
from dlsurvey.records import Dataset, Parity, Trial
from dlsurvey.settings import Margins
from experiments.workloads import Workload, list_workloads

USUAL_MARGINS = Margins()


class _Compared(NamedTuple):
    """One workload on the way: its comparisons wait for those of the other workloads."""

    workload: Workload
    trials: Sequence[Trial]
    setups: Setups
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

    Of a spec that ran more than once in one setup, the first of `trials` is compared beside which
    no other work ran, or where there is none the first; all of them, and `repeats`, tell how far
    apart runs land that differ in nothing. A pair that fails its
    parity certificate is not comparable: it takes part in no verdict.
    """
    incomparable = list_incomparable(certificates)
    by_sha256 = {dataset.sha256: dataset for dataset in datasets}
    setups = Setups(trial for trial in trials if trial.metrics is not None)
    compared = [
        _compare_workload(
            workload,
            completed,
            by_sha256[completed[0].spec.dataset_sha256],
            margins,
            (repeats, setups),
        )
        for workload in list_workloads()
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
    titles = map_titles()
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
    """The completed ones, on the images of the first: others would be another workload."""
    completed = [
        trial
        for trial in trials
        if trial.spec.workload == workload.name and trial.metrics is not None
    ]
    return [
        trial
        for trial in completed
        if trial.spec.dataset_sha256 == completed[0].spec.dataset_sha256
    ]


def _compare_workload(
    workload: Workload,
    trials: Sequence[Trial],
    dataset: Dataset,
    margins: Margins,
    others: tuple[Sequence[Trial], Setups],
) -> _Compared:
    """Device by device: neither values nor noise of one device say anything of another."""
    repeats, setups = others
    groups = _group(trials, setups)
    again = _select(repeats, workload)
    comparisons: list[Comparison] = []
    noise_floors: list[NoiseFloor] = []
    for device in dict.fromkeys(group.device for group in groups):
        floors = find_noise_floor(
            [trial for trial in trials if setups.place(trial) == device],
            [trial for trial in again if trial.spec.device == device],
        )
        here = [group for group in groups if group.device == device]
        comparisons += compare_groups(here, floors, margins)
        noise_floors += [
            replace(floor, device=device) for floor in floors.values() if floor is not None
        ]
    return _Compared(
        workload=workload,
        trials=trials,
        setups=setups,
        dataset=dataset,
        groups=groups,
        comparisons=comparisons,
        noise_floors=tuple(noise_floors),
    )


def _group(trials: Iterable[Trial], setups: Setups) -> list[Group]:
    """One group per spec but for its seed: by device, protocol, the registry's frameworks, modes."""
    order = rank_frameworks()
    ranks = rank_modes()
    runs: dict[tuple[str, str], dict[int, Trial]] = {}
    for trial in trials:
        place = setups.place(trial)
        by_seed = runs.setdefault((replace(trial.spec, seed=0).key, place), {})
        known = by_seed.setdefault(trial.spec.seed, trial)
        if is_loaded(known) and not is_loaded(trial):
            by_seed[trial.spec.seed] = trial
    groups = [_make_group(by_seed, place) for (_key, place), by_seed in runs.items()]
    return sorted(
        groups,
        key=lambda group: (
            group.device,
            group.spec.protocol,
            order.get(group.spec.framework, len(order)),
            ranks.get((group.spec.framework, group.spec.mode), len(ranks)),
        ),
    )


def _make_group(by_seed: dict[int, Trial], place: str) -> Group:
    return Group(
        spec=next(iter(by_seed.values())).spec,
        by_seed={
            seed: trial.metrics for seed, trial in by_seed.items() if trial.metrics is not None
        },
        loaded_seeds=frozenset(seed for seed, trial in by_seed.items() if is_loaded(trial)),
        device=place,
    )


def _describe_workload(
    compared: _Compared, comparisons: Sequence[Comparison], parity: Parity | None
) -> WorkloadFindings:
    workload, trials, dataset = compared.workload, compared.trials, compared.dataset
    titles = map_titles()
    members = tuple(
        describe_member(
            group,
            titles.get(group.spec.framework, group.spec.framework),
            dataset,
            workload.target_accuracy,
        )
        for group in compared.groups
    )
    return WorkloadFindings(
        name=workload.name,
        title=workload.title,
        dataset=dataset,
        dataset_note=describe_stand_in(dataset),
        setup=" ".join(filter(None, (describe_setup(trials, dataset), compared.setups.describe()))),
        layers=describe_layers(workload),
        members=members,
        comparisons=_write_sentences(compared, comparisons, titles),
        noise_floors=compared.noise_floors,
        parity=parity.checks if parity else (),
        parting=describe_parting(parity, titles) if parity else "",
        ledger=list_ledger(members, trials, compared.setups.place),
        defaults=describe_defaults(
            choose_leading(members), incomparable=list_incomparable([parity] if parity else [])
        ),
        break_evens=find_break_evens(compared.groups, comparisons, titles),
        load=" ".join(filter(None, (describe_load(trials), describe_frequency(trials)))),
        loading=describe_loading(trials, titles),
        target_accuracy=workload.target_accuracy,
        provenance=Provenance(
            source=_("Trials of this edition"),
            status="measured",
            date=max(trial.started_at for trial in trials).date(),
        ),
    )


def _write_sentences(
    compared: _Compared, comparisons: Sequence[Comparison], titles: dict[str, str]
) -> tuple[Comparison, ...]:
    """With sentences that name protocol and device only where there are several."""
    protocols = {group.spec.protocol for group in compared.groups}
    devices = {group.device for group in compared.groups}
    title = compared.workload.title

    def name(one: Comparison) -> str:
        words = [one.protocol] if len(protocols) > 1 else []
        words += [name_device(one.device)] if len(devices) > 1 else []
        return f"{title} ({', '.join(words)})" if words else title

    return tuple(
        replace(one, sentence=describe_comparison(one, name(one), titles)) for one in comparisons
    )
