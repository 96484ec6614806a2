"""Turns verdicts and numbers into sentences: none is written where data could contradict it."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from dlsurvey.analysis.inference import ALPHA, LEAST_PAIRS, is_clear
from dlsurvey.analysis.measured import Comparison, Quantity
from dlsurvey.analysis.pairing import scale_effect
from dlsurvey.formats import (
    format_bound,
    format_effect,
    format_percent,
    format_quantity,
    format_share,
    join_words,
)
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext, translate_known
from dlsurvey.records import Trial

NAMES: Mapping[Quantity, str] = {
    "test_accuracy": mark("test accuracy"),
    "epoch_seconds": mark("time per epoch"),
    "peak_memory_bytes": mark("peak memory"),
}


def name_quantity(quantity: Quantity) -> str:
    """What sentences call the quantity."""
    return _(NAMES[quantity])


def describe_comparison(comparison: Comparison, workload: str, titles: Mapping[str, str]) -> str:
    """What the verdict allows to say, and no more. `titles` are the frameworks', by name."""
    said = _describe_verdict(comparison, workload, titles)
    return " ".join(filter(None, (said, describe_left_out(comparison))))


def describe_left_out(comparison: Comparison) -> str:
    """How many pairs of times say nothing because other work ran beside them; empty without any."""
    if not comparison.left_out:
        return ""
    return ngettext(
        "{count} pair of runs is left out of it: other work ran beside it.",
        "{count} pairs of runs are left out of it: other work ran beside them.",
        comparison.left_out,
    ).format(count=comparison.left_out)


def _describe_verdict(comparison: Comparison, workload: str, titles: Mapping[str, str]) -> str:
    a, b = name_sides(comparison, titles)
    quantity = comparison.quantity
    means = (
        f"{a} {format_quantity(comparison.a_mean, quantity)},"
        f" {b} {format_quantity(comparison.b_mean, quantity)}"
    )
    start = f"{workload}, {name_quantity(quantity)}: {means}"
    evidence = _("({means}; {difference}, {n} paired runs)").format(
        means=means, difference=_phrase_difference(comparison, b), n=comparison.n
    )
    match comparison.verdict:
        case "single_run":
            return _(
                "{start}, from one run each. One run has no spread, so nothing"
                " is said about which is higher."
            ).format(start=start)
        case "inconclusive":
            doubt = _explain_doubt(comparison, b)
            return _("{start}. {doubt}: inconclusive.").format(start=start, doubt=doubt)
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
    start = _("{workload}, in both protocols").format(workload=workload)
    quantity = name_quantity(first.quantity)
    numbers = "; ".join(f"{one.protocol}: {_list_numbers(one, a, b)}" for one in comparisons)
    names = join_words((a, b))
    match first.verdict:
        case "a_higher":
            return f"{start}: {_compare_words(first.quantity, a, b)} ({numbers})."
        case "b_higher":
            return f"{start}: {_compare_words(first.quantity, b, a)} ({numbers})."
        case "equivalent":
            margin = format_bound(first.margin, first.quantity)
            return _(
                "{start}: {quantity} of {names} is equivalent within the margin of"
                " {margin} ({numbers})."
            ).format(start=start, quantity=quantity, names=names, margin=margin, numbers=numbers)
        case "inconclusive":
            return _(
                "{start}: no clear difference in {quantity} between {names} was"
                " shown, nor that they are equivalent ({numbers}): inconclusive."
            ).format(start=start, quantity=quantity, names=names, numbers=numbers)
        case "single_run":
            return _(
                "{start}, {quantity}: {names} have one run each ({numbers}). One run"
                " has no spread, so nothing is said about which is higher."
            ).format(start=start, quantity=quantity, names=names, numbers=numbers)


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
    interval = _("{low} to {high}").format(
        low=_format(low, comparison.quantity), high=_format(high, comparison.quantity)
    )
    return _format(effect, comparison.quantity), interval


def _list_numbers(comparison: Comparison, a: str, b: str) -> str:
    quantity = comparison.quantity
    means = (
        f"{a} {format_quantity(comparison.a_mean, quantity)},"
        f" {b} {format_quantity(comparison.b_mean, quantity)}"
    )
    if comparison.left_out:
        return _("{means}, {n} undisturbed pairs of {total}").format(
            means=means, n=comparison.n, total=comparison.n + comparison.left_out
        )
    if comparison.n == 1:
        return means
    return _("{means}, {difference}, {n} paired runs").format(
        means=means, difference=_phrase_difference(comparison, b), n=comparison.n
    )


def _compare_words(quantity: Quantity, higher: str, lower: str) -> str:
    match quantity:
        case "test_accuracy":
            text = _("{higher} was more accurate than {lower}")
        case "epoch_seconds":
            text = _("{lower} needed less time per epoch than {higher}")
        case "peak_memory_bytes":
            text = _("{lower} needed less memory at its peak than {higher}")
    return text.format(higher=higher, lower=lower)


def _say_higher(comparison: Comparison, higher: str, lower: str, evidence: str) -> str:
    """Of accuracy the higher side is the subject; of time and memory the one that needs less."""
    if comparison.quantity == "test_accuracy":
        return _("{higher} was more accurate than {lower} {evidence}.").format(
            higher=higher, lower=lower, evidence=evidence
        )
    effect = comparison.tested[0] or 0.0
    # As a share of the higher side: a is 25 % above b where b is 20 % below a.
    saved = 100 * (effect / (1 + effect) if effect > 0 else -effect)
    share = f"{saved:.0f} %" if saved >= 10 else f"{saved:.2g} %"
    text = (
        _("{lower} needed {share} less time per epoch than {higher} {evidence}.")
        if comparison.quantity == "epoch_seconds"
        else _("{lower} needed {share} less memory at its peak than {higher} {evidence}.")
    )
    return text.format(lower=lower, share=share, higher=higher, evidence=evidence)


def _explain_doubt(comparison: Comparison, b: str) -> str:
    """Why no side can be called higher, nor both equivalent."""
    if comparison.left_out and comparison.n < LEAST_PAIRS:
        return _("Too few undisturbed runs, {n} pairs of {total}").format(
            n=comparison.n, total=comparison.n + comparison.left_out
        )
    effect, interval = write_difference(comparison)
    difference = _("The difference from {b} of {effect}").format(b=b, effect=effect)
    if interval:
        difference = _("The difference from {b} of {effect} (95 % interval {interval})").format(
            b=b, effect=effect, interval=interval
        )
    if comparison.n < LEAST_PAIRS:
        return _("{difference} comes from {n} paired runs, fewer than {least}").format(
            difference=difference, n=comparison.n, least=LEAST_PAIRS
        )
    if comparison.p_difference is None:
        return _("{difference} has no ratio, because a value is zero, and was not tested").format(
            difference=difference
        )
    if comparison.p_difference <= ALPHA:
        if comparison.noise_floor is None:
            return _("{difference} is beyond the spread, but the noise floor is not known").format(
                difference=difference
            )
        return _(
            "{difference} is within the noise floor: runs of one and the same framework differ"
            " by up to {noise}"
        ).format(
            difference=difference, noise=format_bound(comparison.noise_floor, comparison.quantity)
        )
    return _doubt_spread(comparison, difference)


def _doubt_spread(comparison: Comparison, difference: str) -> str:
    family = _(" ({n} comparisons considered)").format(n=comparison.family)
    return _(
        "{difference} is not beyond the spread of {n} paired runs{family}"
        " and was not shown to stay within {margin}"
    ).format(
        difference=difference,
        n=comparison.n,
        family="" if comparison.family == 1 else family,
        margin=format_bound(comparison.margin, comparison.quantity),
    )


def _explain_equivalence(comparison: Comparison, b: str) -> str:
    margin = format_bound(comparison.margin, comparison.quantity)
    effect, floor = scale_effect(comparison)
    sentence = _(
        "Equivalent within the margin of {margin} ({difference}, {n} paired runs)."
    ).format(margin=margin, difference=_phrase_difference(comparison, b), n=comparison.n)
    if (
        effect is not None
        and comparison.p_difference is not None
        and is_clear(effect, floor, comparison.p_difference)
    ):
        small = _("A small difference is measurable, but it is within the margin.")
        return f"{sentence} {small}"
    return sentence


def _phrase_difference(comparison: Comparison, b: str) -> str:
    effect, interval = write_difference(comparison)
    if not interval:
        return _("difference from {b} {effect}").format(b=b, effect=effect)
    return _("difference from {b} {effect}, 95 % interval {interval}").format(
        b=b, effect=effect, interval=interval
    )


def _format(value: float, quantity: Quantity) -> str:
    return format_effect(value, quantity) if quantity == "test_accuracy" else format_share(value)


def describe_loading(trials: Iterable[Trial], titles: Mapping[str, str]) -> str:
    """Which share of an epoch each written loop waited for batches; empty where nobody told."""
    shares: dict[tuple[str, str], list[float]] = {}
    for trial in trials:
        metrics = trial.metrics
        if metrics is not None and metrics.epoch_loading_seconds and sum(metrics.epoch_seconds):
            share = sum(metrics.epoch_loading_seconds) / sum(metrics.epoch_seconds)
            shares.setdefault((trial.spec.framework, trial.spec.protocol), []).append(share)
    if not shares:
        return ""
    told = [
        _("{share} in {framework}, {protocol}").format(
            share=format_percent(median(found)),
            framework=titles.get(framework, framework),
            protocol=translate_known(protocol),
        )
        for (framework, protocol), found in sorted(shares.items())
    ]
    return _(
        "Of an epoch, a written loop waited for its batches: {told} (median over the runs). Keras loads"
        " within `fit`, where loading and computing cannot be told apart."
    ).format(told=join_words(told))
