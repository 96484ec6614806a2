"""Turns runs that differ in nothing into the noise floor: how far apart the same framework lands.

Best are A/A pairs: one spec that ran more than once. Where there are too few of them, each
framework's own spread between seeds takes their place: its runs in two halves, which are the same
framework too. That overstates the noise where the frameworks share what a seed decides, so it
errs towards saying less.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt
from statistics import variance

from msgspec.structs import replace

from dlsurvey.analysis.load import is_loaded
from dlsurvey.analysis.measured import Basis, NoiseFloor, Quantity
from dlsurvey.analysis.quantities import QUANTITIES, find_difference, read_quantity, to_share
from dlsurvey.analysis.spread import find_quantile
from dlsurvey.records import Trial

LEAST_REPEATS = 3
"""From fewer A/A pairs the bound would be many times their difference, and hide everything."""


def find_noise_floor(
    trials: Iterable[Trial], repeats: Iterable[Trial] = ()
) -> dict[Quantity, NoiseFloor | None]:
    """Per quantity the 95 % bound of |A/A difference| of one workload; None where none can be told.

    Runs of one spec, of one program's source and on one machine are A/A pairs, wherever among the
    arguments they stand; `repeats` is read for nothing else. The bound is that of one pair, not of
    a mean of pairs: what disturbs a machine can last longer than a trial, and then does not
    average out. Times beside which other work ran are left out, as in the comparisons. For times
    and memory the bound is a share (0.02 is 2 %).
    """
    trials = [trial for trial in trials if trial.metrics is not None]
    again = [trial for trial in repeats if trial.metrics is not None]
    return {
        quantity: _from_repeats(_list_fit([*trials, *again], quantity), quantity)
        or _from_halves(_list_fit(trials, quantity), quantity)
        for quantity in QUANTITIES
    }


def _list_fit(trials: Sequence[Trial], quantity: Quantity) -> list[Trial]:
    return [trial for trial in trials if quantity != "epoch_seconds" or not is_loaded(trial)]


def _from_repeats(trials: Iterable[Trial], quantity: Quantity) -> NoiseFloor | None:
    """t(m) · sqrt(mean of squared differences): A/A differences have the mean zero by symmetry.

    Each run is paired with the one before it, so that a spec that ran k times gives k - 1 pairs.
    """
    runs: dict[tuple[str, str, str], list[float]] = {}
    for trial in trials:
        if trial.metrics is not None:
            same = (trial.spec.key, trial.trainer_sha256, trial.environment.sha256)
            runs.setdefault(same, []).append(read_quantity(trial.metrics, quantity))
    pairs = [pair for values in runs.values() for pair in pairwise(values)]
    differences = _find_differences(pairs, quantity)
    if differences is None or len(differences) < LEAST_REPEATS:
        return None
    count = len(differences)
    spread = sqrt(sum(one * one for one in differences) / count)
    return _make_floor(find_quantile(count) * spread, "repeats", count, quantity)


def _from_halves(trials: Iterable[Trial], quantity: Quantity) -> NoiseFloor | None:
    """t · s · sqrt(1/h + 1/k) for halves of h and k runs, s pooled over the frameworks.

    The bound of the difference between the means of two halves, over all ways to halve them.
    """
    groups: dict[str, dict[int, float]] = {}
    for trial in trials:
        if trial.metrics is not None:
            by_seed = groups.setdefault(replace(trial.spec, seed=0).key, {})
            by_seed.setdefault(trial.spec.seed, read_quantity(trial.metrics, quantity))
    spreads: list[list[float]] = []
    for values in groups.values():
        if len(values) < 2:
            continue
        # A difference from a fixed value of the same scale: a logarithm, for times and memory.
        scaled = _find_differences([(value, 1.0) for value in values.values()], quantity)
        if scaled is None:
            return None
        spreads.append(scaled)
    if not spreads:
        return None
    freedom = sum(len(values) - 1 for values in spreads)
    pooled = sqrt(sum((len(values) - 1) * variance(values) for values in spreads) / freedom)
    least = min(map(len, spreads))
    halves = sqrt(1 / (least // 2) + 1 / (least - least // 2))
    return _make_floor(find_quantile(freedom) * pooled * halves, "halves", freedom, quantity)


def _find_differences(
    pairs: Sequence[tuple[float, float]], quantity: Quantity
) -> list[float] | None:
    found = [find_difference(a, b, quantity) for a, b in pairs]
    told = [one for one in found if one is not None]
    return told if len(told) == len(found) else None


def _make_floor(bound: float, basis: Basis, freedom: int, quantity: Quantity) -> NoiseFloor:
    return NoiseFloor(
        quantity=quantity, bound=to_share(bound, quantity), basis=basis, freedom=freedom
    )
