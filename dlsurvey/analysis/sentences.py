"""Turns verdicts and numbers into sentences: none is written where data could contradict it."""

from collections.abc import Mapping, Sequence

from dlsurvey.analysis.inference import ALPHA, LEAST_PAIRS, is_clear
from dlsurvey.analysis.measured import Comparison, Quantity
from dlsurvey.analysis.pairing import scale_effect
from dlsurvey.formats import format_bound, format_effect, format_quantity, format_share

NAMES: Mapping[Quantity, str] = {
    "test_accuracy": "test accuracy",
    "epoch_seconds": "time per epoch",
    "peak_memory_bytes": "peak memory",
}


def describe_comparison(comparison: Comparison, workload: str, titles: Mapping[str, str]) -> str:
    """What the verdict allows to say, and no more. `titles` are the frameworks', by name."""
    a, b = name_sides(comparison, titles)
    quantity = comparison.quantity
    means = (
        f"{a} {format_quantity(comparison.a_mean, quantity)},"
        f" {b} {format_quantity(comparison.b_mean, quantity)}"
    )
    start = f"{workload}, {NAMES[quantity]}: {means}"
    evidence = f"({means}; {_phrase_difference(comparison, b)}, {comparison.n} paired runs)"
    match comparison.verdict:
        case "single_run":
            return (
                f"{start}, from one run each. One run has no spread, so nothing"
                " is said about which is higher."
            )
        case "inconclusive":
            return f"{start}. {_explain_doubt(comparison, b)}: inconclusive."
        case "equivalent":
            return f"{start}. {_explain_equivalence(comparison, b)}"
        case "a_higher":
            return f"{workload}: {_say_higher(comparison, a, b, evidence)}"
        case "b_higher":
            return f"{workload}: {_say_higher(comparison, b, a, evidence)}"


def describe_in_both(
    comparisons: Sequence[Comparison], workload: str, titles: Mapping[str, str]
) -> str:
    """One sentence for comparisons of one pair in several protocols, all with the same verdict."""
    first = comparisons[0]
    a, b = name_sides(first, titles)
    start = f"{workload}, in both protocols"
    numbers = "; ".join(f"{one.protocol}: {_list_numbers(one, a, b)}" for one in comparisons)
    names = f"{a} and {b}"
    match first.verdict:
        case "a_higher":
            return f"{start}: {_compare_words(first.quantity, a, b)} ({numbers})."
        case "b_higher":
            return f"{start}: {_compare_words(first.quantity, b, a)} ({numbers})."
        case "equivalent":
            margin = format_bound(first.margin, first.quantity)
            return (
                f"{start}: {NAMES[first.quantity]} of {names} is equivalent within the margin of"
                f" {margin} ({numbers})."
            )
        case "inconclusive":
            return (
                f"{start}: no clear difference in {NAMES[first.quantity]} between {names} was"
                f" shown, nor that they are equivalent ({numbers}): inconclusive."
            )
        case "single_run":
            return (
                f"{start}, {NAMES[first.quantity]}: {names} have one run each ({numbers}). One run"
                " has no spread, so nothing is said about which is higher."
            )


def name_sides(comparison: Comparison, titles: Mapping[str, str]) -> tuple[str, str]:
    """The titles of both sides; with their modes where one framework is on both."""
    a, b = titles.get(comparison.a, comparison.a), titles.get(comparison.b, comparison.b)
    if comparison.a == comparison.b:
        return f"{a} ({comparison.a_mode})", f"{b} ({comparison.b_mode})"
    return a, b


def write_difference(comparison: Comparison) -> tuple[str, str]:
    """The difference and its interval as tested: in points, or in per cent of the second side.

    The interval is empty where there is none.
    """
    effect, low, high = comparison.tested
    if effect is None:  # times or memory of which one is zero: there is no ratio
        return format_effect(comparison.effect, comparison.quantity), ""
    if low is None or high is None:
        return _format(effect, comparison.quantity), ""
    interval = f"{_format(low, comparison.quantity)} to {_format(high, comparison.quantity)}"
    return _format(effect, comparison.quantity), interval


def _list_numbers(comparison: Comparison, a: str, b: str) -> str:
    quantity = comparison.quantity
    means = (
        f"{a} {format_quantity(comparison.a_mean, quantity)},"
        f" {b} {format_quantity(comparison.b_mean, quantity)}"
    )
    if comparison.n == 1:
        return means
    return f"{means}, {_phrase_difference(comparison, b)}, {comparison.n} paired runs"


def _compare_words(quantity: Quantity, higher: str, lower: str) -> str:
    match quantity:
        case "test_accuracy":
            return f"{higher} was more accurate than {lower}"
        case "epoch_seconds":
            return f"{lower} needed less time per epoch than {higher}"
        case "peak_memory_bytes":
            return f"{lower} needed less memory at its peak than {higher}"


def _say_higher(comparison: Comparison, higher: str, lower: str, evidence: str) -> str:
    """Of accuracy the higher side is the subject; of time and memory the one that needs less."""
    if comparison.quantity == "test_accuracy":
        return f"{higher} was more accurate than {lower} {evidence}."
    effect = comparison.tested[0] or 0.0
    # As a share of the higher side: a is 25 % above b where b is 20 % below a.
    saved = 100 * (effect / (1 + effect) if effect > 0 else -effect)
    share = f"{saved:.0f} %" if saved >= 10 else f"{saved:.2g} %"
    less = (
        "less time per epoch"
        if comparison.quantity == "epoch_seconds"
        else "less memory at its peak"
    )
    return f"{lower} needed {share} {less} than {higher} {evidence}."


def _explain_doubt(comparison: Comparison, b: str) -> str:
    """Why no side can be called higher, nor both equivalent."""
    effect, interval = write_difference(comparison)
    difference = f"The difference from {b} of {effect}" + (
        f" (95 % interval {interval})" if interval else ""
    )
    if comparison.n < LEAST_PAIRS:
        return f"{difference} comes from {comparison.n} paired runs, fewer than {LEAST_PAIRS}"
    if comparison.p_difference is None:
        return f"{difference} has no ratio, because a value is zero, and was not tested"
    if comparison.p_difference <= ALPHA:
        if comparison.noise_floor is None:
            return f"{difference} is beyond the spread, but the noise floor is not known"
        noise = format_bound(comparison.noise_floor, comparison.quantity)
        return (
            f"{difference} is within the noise floor: runs of one and the same framework differ"
            f" by up to {noise}"
        )
    family = "" if comparison.family == 1 else f" ({comparison.family} comparisons considered)"
    return (
        f"{difference} is not beyond the spread of {comparison.n} paired runs{family}"
        f" and was not shown to stay within {format_bound(comparison.margin, comparison.quantity)}"
    )


def _explain_equivalence(comparison: Comparison, b: str) -> str:
    margin = format_bound(comparison.margin, comparison.quantity)
    effect, floor = scale_effect(comparison)
    sentence = (
        f"Equivalent within the margin of {margin}"
        f" ({_phrase_difference(comparison, b)}, {comparison.n} paired runs)."
    )
    if (
        effect is not None
        and comparison.p_difference is not None
        and is_clear(effect, floor, comparison.p_difference)
    ):
        return f"{sentence} A small difference is measurable, but it is within the margin."
    return sentence


def _phrase_difference(comparison: Comparison, b: str) -> str:
    effect, interval = write_difference(comparison)
    return f"difference from {b} {effect}" + (f", 95 % interval {interval}" if interval else "")


def _format(value: float, quantity: Quantity) -> str:
    return format_effect(value, quantity) if quantity == "test_accuracy" else format_share(value)
