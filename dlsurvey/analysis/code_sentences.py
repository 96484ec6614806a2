"""Turns counted and aligned listings into sentences that the counts cannot contradict."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from dlsurvey.analysis.studied import CodeCount, CodePair, StageMatch
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext

Length = Literal["a_longer", "b_longer", "equal", "mixed"]


class Total(NamedTuple):
    """What the stages that both sides have take together."""

    lines: int
    tokens: int
    branches: int


def compare_length(counts: Sequence[CodeCount], a: str, b: str) -> Length | None:
    """Which side takes more lines and more tokens; 'mixed' where the two do not agree.

    None where the sides have no stage in common.
    """
    sides = add_up(counts, a, b)
    if sides is None:
        return None
    of_a, of_b = sides
    differences = (of_a.lines - of_b.lines, of_a.tokens - of_b.tokens)
    if not any(differences):
        return "equal"
    if min(differences) >= 0:
        return "a_longer"
    return "b_longer" if max(differences) <= 0 else "mixed"


def add_up(counts: Sequence[CodeCount], a: str, b: str) -> tuple[Total, Total] | None:
    """The totals of two frameworks over the stages that both have."""
    of_a, of_b = _by_stage(counts, a), _by_stage(counts, b)
    shared = [stage for stage in of_a if stage in of_b]
    if not shared:
        return None
    first, second = (
        Total(
            sum(side[stage].lines for stage in shared),
            sum(side[stage].tokens for stage in shared),
            sum(side[stage].branches for stage in shared),
        )
        for side in (of_a, of_b)
    )
    return first, second


def describe_length(counts: Sequence[CodeCount], pair: CodePair) -> str:
    """Whose listings take more, by how much, and in which stage most of it lies."""
    sides = add_up(counts, pair.a, pair.b)
    verdict = compare_length(counts, pair.a, pair.b)
    if sides is None or verdict is None:
        return _("{a} and {b} have no stage in common to be counted.").format(
            a=pair.a_title, b=pair.b_title
        )
    longer, shorter = (pair.a, pair.a_title, sides[0]), (pair.b, pair.b_title, sides[1])
    if verdict == "b_longer":
        longer, shorter = shorter, longer
    extra = ""
    match verdict:
        case "equal":
            text = _(
                "The listings of {a} and {b} take as many lines and tokens: {more} against {less}."
            )
        case "mixed":
            text = _(
                "Whether {a} or {b} takes more code depends on what is counted:"
                " {more} against {less}."
            )
        case "a_longer" | "b_longer":
            extra = _explain(counts, longer[0], shorter[0], longer[2], shorter[2])
            text = _(
                "The listings of {a} take more code than those of {b}:"
                " {more} against {less}{extra}."
            )
    return text.format(
        a=longer[1], b=shorter[1], more=_list(longer[2]), less=_list(shorter[2]), extra=extra
    )


def describe_likeness(pair: CodePair) -> str:
    """How many stages match, which they are, and how alike each is."""
    count, every = pair.matching, len(pair.stages)
    a, b = pair.a_title, pair.b_title
    if not every:
        return _("{a} and {b} have no stage in common to be aligned.").format(a=a, b=b)
    if count == every:
        start = _("All {every} stages of {a} and {b} match")
    elif count == 0:
        start = _("None of the {every} stages of {a} and {b} matches")
    else:
        start = ngettext(
            "{count} of the {every} stages of {a} and {b} matches",
            "{count} of the {every} stages of {a} and {b} match",
            count,
        )
    return _(
        "{start}, the frameworks' own names aside ({ratios}; two different stages reach"
        " up to {unrelated:.2f})."
    ).format(
        start=start.format(count=count, every=every, a=a, b=b),
        ratios=_join(pair.stages),
        unrelated=pair.unrelated,
    )


def _by_stage(counts: Sequence[CodeCount], framework: str) -> dict[str, CodeCount]:
    return {count.stage: count for count in counts if count.framework == framework}


def _list(total: Total) -> str:
    return ngettext(
        "{lines} lines, {tokens} tokens and {branches} branch",
        "{lines} lines, {tokens} tokens and {branches} branches",
        total.branches,
    ).format(lines=total.lines, tokens=total.tokens, branches=total.branches)


def _explain(
    counts: Sequence[CodeCount], longer: str, shorter: str, more: Total, less: Total
) -> str:
    """By which share, and where most of it lies: only where tokens make a difference."""
    if not less.tokens or more.tokens == less.tokens:
        return ""
    share = 100 * (more.tokens / less.tokens - 1)
    text = f"{share:.0f} %" if share >= 1 else _("under 1 %")
    of_longer, of_shorter = _by_stage(counts, longer), _by_stage(counts, shorter)
    gains = {
        stage: one.tokens - of_shorter[stage].tokens
        for stage, one in of_longer.items()
        if stage in of_shorter
    }
    most = max(gains, key=lambda stage: gains[stage])
    return _(" ({share} more tokens, the largest part in the stage “{stage}”: {gain} more)").format(
        share=text, stage=of_longer[most].stage_title, gain=gains[most]
    )


def _join(stages: Sequence[StageMatch]) -> str:
    return ", ".join(f"{stage.title} {stage.similarity:.2f}" for stage in stages)
