"""Turns a number of seeds and a spread into the smallest difference that the trials will show.

The power of the paired t test, from the noncentral t distribution: with n pairs whose log ratios
have the standard deviation s, a true log ratio d is found with the probability that T exceeds
its critical value, where T has n - 1 degrees of freedom and the noncentrality d · sqrt(n) / s
(Cohen 1988, 'Statistical Power Analysis for the Behavioral Sciences', chapter 2).
"""

import sys
from math import expm1, sqrt

import msgspec

LEAST_PAIRS = 3
"""Fewer pairs give no verdict; as in the analysis, which stands above this package."""


def find_smallest_effect(
    pairs: int,
    variation: float,
    *,
    comparisons: int = 1,
    power: float = 0.8,
    alpha: float = 0.05,
) -> float | None:
    """The smallest true relative difference found with probability `power`; None below three pairs.

    `variation` is the coefficient of variation of the paired difference: the standard deviation
    of log(a / b) over the seeds, for small values that of (a - b) / b. 0.2 means that a is 20 %
    above b. `alpha` is two-sided; with `comparisons` it is shared out evenly (Bonferroni), which is
    what Holm's method asks of its smallest p value, so that the answer errs on the side of caution.
    """
    if pairs < LEAST_PAIRS:
        return None
    if variation <= 0:
        return 0.0
    from scipy.optimize import brentq
    from scipy.stats import t

    share = alpha / comparisons

    def miss(noncentrality: float) -> float:
        return find_power(pairs, noncentrality, share) - power

    # Far above the critical value every draw of T is significant: there the power is 1.
    highest = 10 * (1 + float(t.isf(share / 2, pairs - 1)))
    noncentrality = float(brentq(miss, 0.0, highest))
    return expm1(noncentrality * variation / sqrt(pairs))


def find_power(pairs: int, noncentrality: float, alpha: float) -> float:
    """The probability that the two-sided paired t test finds the difference, and the right way round."""
    from scipy.stats import nct, t

    return float(nct.sf(t.isf(alpha / 2, pairs - 1), pairs - 1, noncentrality))


def main() -> None:
    """Print the smallest effect for pairs, variation and comparisons, given as JSON on standard input.

    In a process of its own: SciPy would double the memory of the parent.
    """
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[int, float, int])
    found = find_smallest_effect(asked[0], asked[1], comparisons=asked[2])
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
