"""Turns paired differences into p values, p values into adjusted ones, and those into verdicts.

Two questions are asked of every comparison. *Is there a difference?* is Student's paired t test.
*Is the difference smaller than the margin that matters?* is the pair of one-sided tests of
Schuirmann (1987, Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680). Only the second can
say 'equivalent': a difference that was not found may hide in the spread. Both kinds of p value are
adjusted by Holm (1979, Scandinavian Journal of Statistics 6, 65-70), each kind over all comparisons
of an edition, so that the chance of even one wrong 'higher' in an edition is at most 5 %, and of
even one wrong 'equivalent' too.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

from dlsurvey.analysis.measured import Verdict

ALPHA = 0.05
"""The chance of a wrong claim in a whole edition that is put up with, of each of the two kinds."""
LEAST_PAIRS = 3
"""With fewer pairs no verdict is given: two that agree by chance are not rare."""
ROUNDING = 1e-12
"""A spread below this share of the values is rounding: floats carry about 1e-16 each."""


def assess_difference(differences: Sequence[float]) -> float | None:
    """Two-sided p value of 'the mean difference is zero' (paired t test); None for n < 2."""
    if len(differences) < 2:
        return None
    mean, error = _measure(differences)
    return min(1.0, 2 * _tail(abs(mean), error, len(differences)))


def assess_equivalence(differences: Sequence[float], margin: float) -> float | None:
    """p value of 'the mean difference is at least `margin`, up or down' (TOST); None for n < 2.

    The larger of the two one-sided p values is that of the bound which lies nearer.
    """
    if len(differences) < 2:
        return None
    mean, error = _measure(differences)
    return _tail(margin - abs(mean), error, len(differences))


def adjust_holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjusted p values, in the order given; None is no test and stays None.

    The k-th smallest of m is multiplied by m - k + 1; none may be smaller than the one before it.
    """
    told = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(told):
        largest = max(largest, min(1.0, (len(told) - rank) * p))
        adjusted[place] = largest
    return adjusted


def judge(
    pairs: int,
    difference: float | None,
    floor: float | None,
    p_difference: float | None,
    p_equivalence: float | None,
) -> Verdict:
    """What adjusted p values allow to say of the mean `difference` a - b.

    `floor` is how far two runs of the same framework differ, on the scale of `difference`; where
    it is not known nothing is called higher. A difference that is certain and still within the
    margin is 'equivalent': it is real, and too small to matter.
    """
    if pairs == 1:
        return "single_run"
    if pairs < LEAST_PAIRS or difference is None or p_difference is None or p_equivalence is None:
        return "inconclusive"
    if p_equivalence <= ALPHA:
        return "equivalent"
    if is_clear(difference, floor, p_difference):
        return "a_higher" if difference > 0 else "b_higher"
    return "inconclusive"


def is_clear(difference: float, floor: float | None, p_difference: float) -> bool:
    """Whether a difference is neither chance nor noise, however small it may be."""
    return p_difference <= ALPHA and floor is not None and abs(difference) > floor


def _measure(differences: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error, which is zero where the spread is only rounding."""
    spread = stdev(differences)
    if spread <= ROUNDING * max(abs(one) for one in differences):
        spread = 0.0
    return fmean(differences), spread / sqrt(len(differences))


def _tail(distance: float, error: float, pairs: int) -> float:
    """P(T > distance / error) with n - 1 degrees of freedom.

    Without any spread it is the limit: certain where there is a distance, else no evidence at all.
    """
    if error == 0:
        return 0.0 if distance > 0 else 1.0
    # scipy.stats.t.sf comes to the same; this is the bare function, a hundred times as quick.
    from scipy.special import stdtr

    return float(stdtr(pairs - 1, -distance / error))
