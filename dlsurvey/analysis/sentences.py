"""Turns verdicts and numbers into sentences: none is written where data could contradict it."""

from dlsurvey.analysis.findings import Comparison
from dlsurvey.formats import format_effect, format_quantity

QUANTITIES = {
    "test_accuracy": "test accuracy",
    "epoch_seconds": "time per epoch",
    "peak_memory_bytes": "peak memory",
}


def describe_comparison(comparison: Comparison, workload: str, a: str, b: str) -> str:
    """What the comparison allows to say, and no more. `a` and `b` are the frameworks' titles."""
    quantity = comparison.quantity
    name = QUANTITIES[quantity]
    means = (
        f"{a} {format_quantity(comparison.a_mean, quantity)},"
        f" {b} {format_quantity(comparison.b_mean, quantity)}"
    )
    if comparison.verdict == "single_run":
        return (
            f"{workload}, {name}: {means}, from one run each. One run has no spread, so nothing"
            " is said about which is higher."
        )
    interval = _format_interval(comparison)
    if comparison.verdict == "inconclusive":
        return (
            f"{workload}, {name}: {means}. The difference of {interval} is not beyond the spread"
            f" of {comparison.n} paired runs: inconclusive."
        )
    higher, lower = (a, b) if comparison.verdict == "a_higher" else (b, a)
    if quantity == "test_accuracy":
        return (
            f"{workload}: {higher} was more accurate than {lower} ({means};"
            f" difference {interval}, {comparison.n} paired runs)."
        )
    share = abs(comparison.effect) / max(comparison.a_mean, comparison.b_mean)
    what = "less time per epoch" if quantity == "epoch_seconds" else "less memory at its peak"
    return (
        f"{workload}: {lower} needed {100 * share:.0f} % {what} than {higher}"
        f" ({means}; difference {interval}, {comparison.n} paired runs)."
    )


def _format_interval(comparison: Comparison) -> str:
    effect = format_effect(comparison.effect, comparison.quantity)
    if comparison.low is None or comparison.high is None:
        return effect
    low = format_effect(comparison.low, comparison.quantity)
    high = format_effect(comparison.high, comparison.quantity)
    return f"{effect} (95 % interval {low} to {high})"
