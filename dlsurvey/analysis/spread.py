"""Turns repeated measurements into their mean and its 95 % interval."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev

from dlsurvey.analysis.measured import Spread

CONFIDENCE = 0.95
LEAST_VALUES = 3
"""Two values have an interval thirteen standard errors wide, negative seconds and all: none is given."""


def summarize(by_seed: Mapping[int, float]) -> Spread:
    """All values, their mean and its interval; no interval for a single value."""
    seeds = tuple(sorted(by_seed))
    values = tuple(float(by_seed[seed]) for seed in seeds)
    low, high = find_interval(values)
    return Spread(values=values, seeds=seeds, mean=fmean(values), low=low, high=high)


def find_interval(values: Sequence[float]) -> tuple[float, float] | tuple[None, None]:
    """95 % interval of the mean, mean ± t(n-1) · s / sqrt(n) with Student's t; (None, None) for n < 3."""
    n = len(values)
    if n < LEAST_VALUES:
        return None, None
    half = find_quantile(n - 1) * stdev(values) / sqrt(n)
    mean = fmean(values)
    return mean - half, mean + half


def find_quantile(freedom: int) -> float:
    """Student's t that |T| stays below in 95 of 100 cases."""
    # scipy.stats.t.ppf is this function; to import it takes a third of a second longer.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
