"""Turns a trial into the values that are compared, and two values into how far they lie apart.

Accuracies are compared by their difference. Times and memory are compared by the logarithm of
their ratio: what disturbs them acts by shares (a machine that slows down slows both frameworks by
so many per cent), a ratio does not depend on the unit, and 'a to b' is minus 'b to a', so that no
verdict depends on which framework is named first. Ratios are averaged as logarithms because only
the geometric mean of ratios is free of the choice of the reference (Fleming and Wallace 1986, 'How
not to lie with statistics', CACM 29 (3), 218-221); equivalence of ratios is tested on logarithms
since Schuirmann 1987.
"""

from math import expm1, isfinite, log, log1p
from statistics import median
from typing import get_args

from dlsurvey.analysis.measured import Quantity
from dlsurvey.records import Metrics
from dlsurvey.settings import Margins

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
LARGEST_LOGARITHM = 700.0
"""Intervals of two wild runs can be wider than floats: exp(710) overflows."""
LEAST_SHARE = -1 + 2**-53
"""Less than everything: the logarithm of nothing is not a number."""


def find_epoch_seconds(metrics: Metrics) -> float:
    """The trial's usual epoch: the median, without the first where there are more."""
    return median(metrics.epoch_seconds[1:] or metrics.epoch_seconds)


def find_startup_seconds(metrics: Metrics) -> float:
    """What is spent once: the warm-up, and what the first epoch takes beyond a usual one.

    A compiler is called again within the first epoch, for its last and smaller batch. Trials of a
    single epoch cannot tell, and give the warm-up alone.
    """
    first, *rest = metrics.epoch_seconds
    extra = max(0.0, first - median(rest)) if rest else 0.0
    return metrics.warmup_seconds + extra


def read_quantity(metrics: Metrics, quantity: Quantity) -> float:
    """The trial's one value: a share between 0 and 1, seconds, or bytes."""
    match quantity:
        case "test_accuracy":
            return metrics.test_accuracy
        case "epoch_seconds":
            return find_epoch_seconds(metrics)
        case "peak_memory_bytes":
            return float(metrics.peak_memory_bytes)


def is_relative(quantity: Quantity) -> bool:
    """Whether values of this quantity are compared by their ratio."""
    return quantity != "test_accuracy"


def find_margin(quantity: Quantity, margins: Margins) -> float:
    """The largest difference that does not matter: 0.005 is half a point, or half a per cent."""
    match quantity:
        case "test_accuracy":
            return margins.accuracy_points / 100
        case "epoch_seconds":
            return margins.time_percent / 100
        case "peak_memory_bytes":
            return margins.memory_percent / 100


def find_difference(a: float, b: float, quantity: Quantity) -> float | None:
    """a - b, or log(a / b); None where a value is not a number or a ratio has no logarithm."""
    if not (isfinite(a) and isfinite(b)):
        return None
    if not is_relative(quantity):
        return a - b
    return log(a) - log(b) if a > 0 and b > 0 else None


def to_share(difference: float, quantity: Quantity) -> float:
    """A difference as it is printed: of accuracies as it is, of logarithms as a share of b."""
    return expm1(min(difference, LARGEST_LOGARITHM)) if is_relative(quantity) else difference


def from_share(share: float, quantity: Quantity) -> float:
    """The inverse of `to_share`: a margin of 0.05 is log(1.05) on the scale of the tests."""
    return log1p(max(share, LEAST_SHARE)) if is_relative(quantity) else share
