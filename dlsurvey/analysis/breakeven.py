"""Turns a mode's longer start and shorter epochs into when it pays: its break-even in epochs.

Compiling costs once, within the first epoch, and is to save time in every later one. It is earned
back after (start - default's start) / (default's epoch - epoch) epochs, which means something
only where the mode was shown to need less time per epoch.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean

from msgspec.structs import replace

from dlsurvey.analysis.measured import BreakEven, Comparison
from dlsurvey.analysis.modes import rank_modes
from dlsurvey.analysis.pairing import Group, list_shared_seeds
from dlsurvey.analysis.quantities import find_epoch_seconds, find_startup_seconds
from dlsurvey.analysis.setups import name_device
from dlsurvey.formats import format_seconds, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from dlsurvey.records import Metrics

Runs = Sequence[tuple[Metrics, Metrics]]
"""Per shared seed, the default mode's run and the other's."""


def find_break_evens(
    groups: Sequence[Group], comparisons: Sequence[Comparison], titles: Mapping[str, str]
) -> tuple[BreakEven, ...]:
    """One per framework and mode that was compared with the first mode that has runs."""
    found = []
    for one in comparisons:
        if one.quantity != "epoch_seconds" or one.a != one.b or not _is_leading(one, groups):
            continue
        first, second = (
            next(group for group in groups if _holds(group, one, mode))
            for mode in (one.a_mode, one.b_mode)
        )
        seeds, left_out = list_shared_seeds(first, second, "epoch_seconds")
        runs = [(first.by_seed[seed], second.by_seed[seed]) for seed in seeds or left_out]
        found.append(_weigh(one, runs, titles.get(one.a, one.a)))
    return _describe_all(found)


def _is_leading(comparison: Comparison, groups: Sequence[Group]) -> bool:
    """Whether the first side is the first mode of its framework that has runs in this setting."""
    ranks = rank_modes()
    modes = {
        group.spec.mode
        for group in groups
        if group.spec.framework == comparison.a and _shares_setting(group, comparison)
    }
    return comparison.a_mode == min(
        modes, key=lambda mode: ranks.get((comparison.a, mode), len(ranks))
    )


def _shares_setting(group: Group, comparison: Comparison) -> bool:
    return (group.spec.protocol, group.device) == (comparison.protocol, comparison.device)


def _holds(group: Group, comparison: Comparison, mode: str) -> bool:
    return _shares_setting(group, comparison) and (group.spec.framework, group.spec.mode) == (
        comparison.a,
        mode,
    )


def _weigh(one: Comparison, runs: Runs, title: str) -> BreakEven:
    startups = [
        (find_startup_seconds(default), find_startup_seconds(mode)) for default, mode in runs
    ]
    extra = fmean(mode - default for default, mode in startups)
    faster = one.verdict == "a_higher" and one.effect > 0
    singles = [_divide(*pair) for pair in runs] if faster else []
    told = [single for single in singles if single is not None]
    whole = bool(told) and len(told) == len(singles)
    return BreakEven(
        workload=one.workload,
        framework=one.a,
        title=title,
        protocol=one.protocol,
        device=one.device,
        default_mode=one.a_mode,
        mode=one.b_mode,
        default_startup_seconds=fmean(default for default, _ in startups),
        startup_seconds=fmean(mode for _, mode in startups),
        default_epoch_seconds=one.a_mean,
        epoch_seconds=one.b_mean,
        verdict=one.verdict,
        epochs=max(0.0, extra / one.effect) if faster else None,
        epochs_low=min(told) if whole else None,
        epochs_high=max(told) if whole else None,
        n=one.n,
        sentence="",
    )


def _divide(default: Metrics, mode: Metrics) -> float | None:
    """The break-even of one pair of runs; None where its epochs save nothing."""
    saved = find_epoch_seconds(default) - find_epoch_seconds(mode)
    if saved <= 0:
        return None
    return max(0.0, (find_startup_seconds(mode) - find_startup_seconds(default)) / saved)


def _describe_all(found: Sequence[BreakEven]) -> tuple[BreakEven, ...]:
    """With sentences that name protocol and device only where there are several."""
    protocols, devices = {one.protocol for one in found}, {one.device for one in found}
    described = []
    for one in found:
        words = [one.protocol] if len(protocols) > 1 else []
        words += [name_device(one.device)] if len(devices) > 1 else []
        where = f" ({', '.join(words)})" if words else ""
        described.append(replace(one, sentence=describe_break_even(one, where)))
    return tuple(described)


def describe_break_even(one: BreakEven, where: str = "") -> str:
    """Start and epoch of both modes, and when the one is earned back by the other, if at all."""
    return _(
        "{title}{where}, {mode} against {default}: start-up {startup} against {default_startup},"
        " one epoch {epoch} against {default_epoch} ({runs}). {when}"
    ).format(
        title=one.title,
        where=where,
        mode=one.mode,
        default=one.default_mode,
        startup=format_seconds(one.startup_seconds),
        default_startup=format_seconds(one.default_startup_seconds),
        epoch=format_seconds(one.epoch_seconds),
        default_epoch=format_seconds(one.default_epoch_seconds),
        runs=ngettext("one pair of runs", "{n} paired runs", one.n).format(n=one.n),
        when=_say_when(one),
    )


def _say_when(one: BreakEven) -> str:
    if one.epochs is None:
        return _say_never(one)
    extra = one.startup_seconds - one.default_startup_seconds
    if extra <= 0:
        return _(
            "Its epochs are shorter and its start-up is not longer: {mode} pays from the start."
        ).format(mode=one.mode)
    span = ""
    if one.epochs_low is not None and one.epochs_high is not None and one.n > 1:
        low, high = write_epochs(one.epochs_low), write_epochs(one.epochs_high)
        if low != high:
            span = _(" ({low} to {high} in the single pairs)").format(low=low, high=high)
    return _("The {extra} more of start-up are earned back after {epochs}{span}.").format(
        extra=format_seconds(extra), epochs=_count_epochs(one.epochs), span=span
    )


def _say_never(one: BreakEven) -> str:
    match one.verdict:
        case "b_higher":
            return _("Its epochs are longer: {mode} earns nothing back.").format(mode=one.mode)
        case "equivalent":
            return _("Its epochs are equivalent within the margin, so there is no break-even.")
        case _:
            return _("It was not shown to need less time per epoch, so there is no break-even.")


def conclude_modes(break_evens: Sequence[BreakEven]) -> list[str]:
    """One sentence per framework and device: which modes pay after how many epochs, which do not."""
    sentences = []
    devices = {one.device for one in break_evens}
    for title, device in dict.fromkeys((one.title, one.device) for one in break_evens):
        here = [one for one in break_evens if (one.title, one.device) == (title, device)]
        clauses = [
            _conclude_mode([one for one in here if one.mode == mode])
            for mode in dict.fromkeys(one.mode for one in here)
        ]
        text = (
            _("{title} on the {device}, modes against {default}: {clauses}.")
            if len(devices) > 1
            else _("{title}, modes against {default}: {clauses}.")
        )
        sentences.append(
            text.format(
                title=title,
                device=name_device(device),
                default=here[0].default_mode,
                clauses="; ".join(clauses),
            )
        )
    return sentences


def _conclude_mode(same: Sequence[BreakEven]) -> str:
    """One mode in one protocol or several; the protocols are named where they come out apart."""
    said = [
        _("was not shown to need less time per epoch")
        if one.epochs is None
        else _("pays from the start")
        if one.epochs == 0
        else _("pays after {epochs}").format(epochs=_count_epochs(one.epochs))
        for one in same
    ]
    mode = same[0].mode
    if len(set(said)) == 1:
        return f"{mode} {said[0]}"
    apart = [f"{words} ({one.protocol})" for one, words in zip(same, said, strict=True)]
    return f"{mode} {join_words(apart)}"


def _count_epochs(count: float) -> str:
    text = write_epochs(count)
    # By what is printed: 1.04 epochs are '1 epoch'.
    return ngettext("{n} epoch", "{n} epochs", 1 if text == "1" else 2).format(n=text)


def write_epochs(count: float) -> str:
    """Two digits are enough: '0.42', '3.1', '27'."""
    return f"{count:.2g}" if count < 9.95 else f"{count:,.0f}"
