"""Turns counted and aligned listings into sentences that the counts cannot contradict."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from dlsurvey.analysis.studied import CodeCount, CodePair, StageMatch

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
        return f"{pair.a_title} and {pair.b_title} have no stage in common to be counted."
    of_a, of_b = sides
    numbers = f"{_list(of_a)} against {_list(of_b)}"
    a, b = pair.a_title, pair.b_title
    match verdict:
        case "equal":
            return f"The listings of {a} and {b} take as many lines and tokens: {numbers}."
        case "mixed":
            return f"Whether {a} or {b} takes more code depends on what is counted: {numbers}."
        case "a_longer":
            extra = _explain(counts, pair.a, pair.b, of_a, of_b)
            return f"The listings of {a} take more code than those of {b}: {numbers}{extra}."
        case "b_longer":
            extra = _explain(counts, pair.b, pair.a, of_b, of_a)
            return (
                f"The listings of {b} take more code than those of {a}:"
                f" {_list(of_b)} against {_list(of_a)}{extra}."
            )


def describe_likeness(pair: CodePair) -> str:
    """How many stages match, which they are, and how alike each is."""
    count, every = pair.matching, len(pair.stages)
    a, b = pair.a_title, pair.b_title
    if not every:
        return f"{a} and {b} have no stage in common to be aligned."
    every_ratio = _join(pair.stages)
    if count == every:
        start = f"All {every} stages of {a} and {b} match"
    elif count == 0:
        start = f"None of the {every} stages of {a} and {b} matches"
    else:
        verb = "matches" if count == 1 else "match"
        start = f"{count} of the {every} stages of {a} and {b} {verb}"
    return (
        f"{start}, the frameworks' own names aside ({every_ratio}; two different stages reach"
        f" up to {pair.unrelated:.2f})."
    )


def _by_stage(counts: Sequence[CodeCount], framework: str) -> dict[str, CodeCount]:
    return {count.stage: count for count in counts if count.framework == framework}


def _list(total: Total) -> str:
    branches = "1 branch" if total.branches == 1 else f"{total.branches} branches"
    return f"{total.lines} lines, {total.tokens} tokens and {branches}"


def _explain(
    counts: Sequence[CodeCount], longer: str, shorter: str, more: Total, less: Total
) -> str:
    """By which share, and where most of it lies: only where tokens make a difference."""
    if not less.tokens or more.tokens == less.tokens:
        return ""
    share = 100 * (more.tokens / less.tokens - 1)
    text = f"{share:.0f} %" if share >= 1 else "under 1 %"
    of_longer, of_shorter = _by_stage(counts, longer), _by_stage(counts, shorter)
    gains = {
        stage: one.tokens - of_shorter[stage].tokens
        for stage, one in of_longer.items()
        if stage in of_shorter
    }
    most = max(gains, key=lambda stage: gains[stage])
    return (
        f" ({text} more tokens, the largest part in the stage"
        f" “{of_longer[most].stage_title}”: {gains[most]} more)"
    )


def _join(stages: Sequence[StageMatch]) -> str:
    return ", ".join(f"{stage.title} {stage.similarity:.2f}" for stage in stages)
