"""Turns attempts to differentiate one Python function into sentences, framework by framework."""

import math
from collections.abc import Sequence

from dlsurvey.analysis.studied import GradientFindings
from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark
from experiments.autodiff.gradient import Gradient

PARTS = {"loop": mark("loop"), "branch": mark("branch"), "recursion": mark("recursion")}


def assess_gradients(attempts: Sequence[Gradient]) -> GradientFindings | None:
    """The attempts with what they show; None where there are none."""
    if not attempts:
        return None
    frameworks = dict.fromkeys(attempt.framework for attempt in attempts)
    return GradientFindings(
        attempts=tuple(attempts),
        sentences=(
            describe_all(attempts),
            *(
                describe_framework([one for one in attempts if one.framework == framework])
                for framework in frameworks
            ),
        ),
    )


def works_as_written(attempts: Sequence[Gradient], framework: str, variant: str) -> bool | None:
    """Whether the whole function was differentiated as written; None where it was not tried."""
    return next(
        (
            one.works
            for one in attempts
            if one.framework == framework and one.variant == variant and _is_whole(one)
        ),
        None,
    )


def describe_all(attempts: Sequence[Gradient]) -> str:
    """Which frameworks differentiate the function as it is written, run eagerly."""
    eager = [one for one in attempts if one.variant == "eager" and _is_whole(one)]
    able = [one.title for one in eager if one.works]
    unable = [one.title for one in eager if not one.works]
    if not able and not unable:
        return ""
    if not able:
        text = _(
            "Run eagerly, as written, with its loop, branch and recursion, the function was"
            " differentiated by none of {unable}."
        )
    elif not unable:
        text = _(
            "Run eagerly, as written, with its loop, branch and recursion, the function was"
            " differentiated by {able}."
        )
    else:
        text = _(
            "Run eagerly, as written, with its loop, branch and recursion, the function was"
            " differentiated by {able}, not by {unable}."
        )
    return text.format(able=join_words(able), unable=join_words(unable))


def describe_framework(attempts: Sequence[Gradient]) -> str:
    """What works in each variant of one framework, as written or rewritten."""
    first = attempts[0]
    variants = dict.fromkeys(one.variant for one in attempts)
    told = [
        _describe_variant([one for one in attempts if one.variant == variant])
        for variant in variants
    ]
    return f"{first.title} {first.version}: {'; '.join(told)}."


def _describe_variant(attempts: Sequence[Gradient]) -> str:
    whole = next((one for one in attempts if _is_whole(one)), None)
    call = f"`{attempts[0].call}`"
    if whole is None:
        return _("{call} was not tried as written").format(call=call)
    if whole.works:
        return _("{call} works as written{difference}").format(
            call=call, difference=_write_difference(whole)
        )
    parts = [one for one in attempts if one.construct != "whole" and one.form == "as written"]
    failing = [_(PARTS.get(one.construct, one.construct)) for one in parts if not one.works]
    where = (
        _(" (what fails: the {parts})").format(parts=join_words(failing))
        if failing
        else _(" (each of its parts alone works)")
    )
    rewritten = next((one for one in attempts if one.form == "rewritten"), None)
    if rewritten is None:
        text = _("{call} does not work as written{where}")
    elif not rewritten.works:
        text = _("{call} does not work as written{where}, nor rewritten")
    else:
        text = _(
            "{call} does not work as written{where}, but does with {changed} of {lines} lines"
            " rewritten{difference}"
        )
    return text.format(
        call=call,
        where=where if parts else "",
        changed=rewritten.lines_changed if rewritten else None,
        lines=rewritten.lines if rewritten else None,
        difference=_write_difference(rewritten) if rewritten else "",
    )


def _is_whole(attempt: Gradient) -> bool:
    return attempt.construct == "whole" and attempt.form == "as written"


def _write_difference(attempt: Gradient) -> str:
    difference = attempt.max_relative_difference
    if difference is None:
        return ""
    return _(", within {bound} of finite differences").format(bound=_round_up(difference))


def _round_up(value: float) -> str:
    """One digit, rounded so that 'within' stays true: 4.1e-11 gives '5e-11'."""
    if value <= 0:
        return "0"
    exponent = math.floor(math.log10(value))
    digit = math.ceil(value / 10.0**exponent)
    return f"{digit * 10.0**exponent:.0e}"
