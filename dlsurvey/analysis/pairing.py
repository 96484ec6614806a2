"""Turns the members of a workload into paired comparisons, and all of an edition's into verdicts.

Which members are paired is fixed before any value is read, because every pair costs all others
some of their power: the frameworks in their default modes with each other, and each framework's
own modes with each other. Never across protocols, devices, setups or amounts of training.

A time that was taken beside other work says something of that work too: pairs with such a run stand
behind no comparison of times, and where too few others remain there is no verdict.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import NamedTuple

from msgspec.structs import replace

from dlsurvey.analysis.inference import (
    LEAST_PAIRS,
    adjust_holm,
    assess_difference,
    assess_equivalence,
    judge,
)
from dlsurvey.analysis.measured import Comparison, NoiseFloor, Quantity
from dlsurvey.analysis.modes import rank_modes
from dlsurvey.analysis.quantities import (
    QUANTITIES,
    find_difference,
    find_margin,
    from_share,
    is_relative,
    read_quantity,
    to_share,
)
from dlsurvey.analysis.spread import find_interval
from dlsurvey.records import Metrics, TrialSpec
from dlsurvey.settings import Margins


class Group(NamedTuple):
    """The runs that differ in their seed only: one run per seed."""

    spec: TrialSpec
    """That of any of the runs."""
    by_seed: Mapping[int, Metrics]
    loaded_seeds: frozenset[int] = frozenset()
    """Of the runs beside which other work ran."""
    device: str = "cpu"
    """With its setup, where that is not the first: see `dlsurvey.analysis.separation`."""


def compare_groups(
    groups: Sequence[Group],
    floors: Mapping[Quantity, NoiseFloor | None],
    margins: Margins,
) -> list[Comparison]:
    """Every comparison of one workload, with raw p values and no verdict yet: see `settle`."""
    pairs = list_pairs(groups)
    found = (
        _compare(quantity, a, b, floors.get(quantity), find_margin(quantity, margins))
        for quantity in QUANTITIES
        for a, b in pairs
    )
    return [comparison for comparison in found if comparison is not None]


def settle(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Adjust the p values of all comparisons of an edition together, and judge each.

    Comparisons of fewer than three pairs have no p value: no verdict could come of them, whatever
    their numbers, so that leaving them out of the family favours nothing.
    """
    differences = adjust_holm([one.p_difference for one in comparisons])
    equivalences = adjust_holm([one.p_equivalence for one in comparisons])
    family = sum(one.p_difference is not None for one in comparisons)
    settled = []
    for one, difference, equivalence in zip(comparisons, differences, equivalences, strict=True):
        verdict = judge(
            one.n, *scale_effect(one), p_difference=difference, p_equivalence=equivalence
        )
        if one.left_out and one.n < LEAST_PAIRS:
            verdict = "inconclusive"
        settled.append(
            replace(
                one,
                p_difference=difference,
                p_equivalence=equivalence,
                family=max(1, family),
                verdict=verdict,
            )
        )
    return settled


def scale_effect(comparison: Comparison) -> tuple[float | None, float | None]:
    """Effect and noise floor on the scale of the tests: differences, or logarithms of ratios."""
    effect, floor = comparison.tested[0], comparison.noise_floor
    return (
        None if effect is None else from_share(effect, comparison.quantity),
        None if floor is None else from_share(floor, comparison.quantity),
    )


def list_pairs(groups: Sequence[Group]) -> list[tuple[Group, Group]]:
    """Pairs of the same setting: frameworks in their default modes, then modes of one framework.

    The default is the first mode of the framework's registry entry that has runs.
    """
    known = rank_modes()
    across: list[tuple[Group, Group]] = []
    within: list[tuple[Group, Group]] = []
    for members in _group_by_setting(groups):
        by_framework: dict[str, list[Group]] = {}
        for member in sorted(
            members,
            key=lambda one: known.get((one.spec.framework, one.spec.mode), len(known)),
        ):
            by_framework.setdefault(member.spec.framework, []).append(member)
        for same in by_framework.values():
            within += combinations(same, 2)
        leading = [member for member in members if member is by_framework[member.spec.framework][0]]
        across += combinations(leading, 2)
    return across + within


def list_shared_seeds(a: Group, b: Group, quantity: Quantity) -> tuple[list[int], list[int]]:
    """The seeds that both completed, and apart from them those that say nothing of this quantity."""
    shared = sorted(set(a.by_seed) & set(b.by_seed))
    if quantity != "epoch_seconds":
        return shared, []
    disturbed = a.loaded_seeds | b.loaded_seeds
    return [one for one in shared if one not in disturbed], [
        one for one in shared if one in disturbed
    ]


def _group_by_setting(groups: Iterable[Group]) -> list[list[Group]]:
    """Groups that agree in all but framework and mode: protocol, epochs, images, device and so on."""
    by_setting: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        setting = replace(group.spec, framework="any", mode="eager", seed=0)
        by_setting.setdefault((setting.key, group.device), []).append(group)
    return list(by_setting.values())


def _compare(
    quantity: Quantity, a: Group, b: Group, floor: NoiseFloor | None, margin: float
) -> Comparison | None:
    """The paired difference over the seeds that both completed; None where they share no seed.

    Where no pair of times is undisturbed, the means are those of the disturbed ones, and n is 0.
    """
    seeds, left_out = list_shared_seeds(a, b, quantity)
    pairs = [
        (read_quantity(a.by_seed[seed], quantity), read_quantity(b.by_seed[seed], quantity))
        for seed in seeds or left_out
    ]
    if not pairs:
        return None
    differences = [first - second for first, second in pairs]
    low, high = find_interval(differences) if seeds else (None, None)
    comparison = Comparison(
        workload=a.spec.workload,
        quantity=quantity,
        protocol=a.spec.protocol,
        device=a.device,
        a=a.spec.framework,
        b=b.spec.framework,
        a_mode=a.spec.mode,
        b_mode=b.spec.mode,
        a_mean=fmean(first for first, _ in pairs),
        b_mean=fmean(second for _, second in pairs),
        effect=fmean(differences),
        low=low,
        high=high,
        margin=margin,
        noise_floor=None if floor is None else floor.bound,
        n=len(seeds),
        left_out=len(left_out),
        verdict="inconclusive",
        sentence="",
    )
    return _test(comparison, pairs) if seeds else comparison


def _test(comparison: Comparison, pairs: Sequence[tuple[float, float]]) -> Comparison:
    """With raw p values, and for times and memory the ratio; as it is where no test is possible."""
    quantity = comparison.quantity
    found = [find_difference(a, b, quantity) for a, b in pairs]
    scaled = [one for one in found if one is not None]
    if len(scaled) < len(found):
        return comparison
    if is_relative(quantity):
        low, high = find_interval(scaled)
        comparison = replace(
            comparison,
            relative_effect=to_share(fmean(scaled), quantity),
            relative_low=None if low is None else to_share(low, quantity),
            relative_high=None if high is None else to_share(high, quantity),
        )
    if len(pairs) < LEAST_PAIRS:
        return comparison
    return replace(
        comparison,
        p_difference=assess_difference(scaled),
        p_equivalence=assess_equivalence(scaled, from_share(comparison.margin, quantity)),
    )
