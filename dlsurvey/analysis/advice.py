"""Turns verdicts and answered claims into advice by purpose; undecided where they do not decide."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dlsurvey.analysis.findings import Advice, Claim, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Quantity
from dlsurvey.analysis.quantities import QUANTITIES
from dlsurvey.analysis.sentences import NAMES
from dlsurvey.formats import join_words

PURPOSES: Mapping[Quantity, str] = {
    "test_accuracy": "The most accurate network",
    "epoch_seconds": "Short training",
    "peak_memory_bytes": "Little memory",
}
BETTER: Mapping[Quantity, str] = {
    "test_accuracy": "was more accurate",
    "epoch_seconds": "needed less time per epoch",
    "peak_memory_bytes": "needed less memory",
}


class Rule(NamedTuple):
    """What an answered claim says to someone with a purpose."""

    claim: str
    purpose: str
    holds: str
    """Whom it speaks for where it holds."""
    reversed: str


RULES = (
    Rule("code-length", "Little code to write", "TensorFlow", "PyTorch"),
    Rule("research", "Following research", "PyTorch", "TensorFlow"),
    Rule("community", "Finding help and examples", "TensorFlow", "PyTorch"),
    Rule("models-available", "Starting from a trained model", "", ""),
    Rule("production", "Doing as production systems do", "TensorFlow", "PyTorch"),
    Rule("deployment", "Phones, embedded devices, browsers", "TensorFlow", "PyTorch"),
)
"""By the ids of claims.toml."""


def advise(workloads: Sequence[WorkloadFindings], claims: Iterable[Claim]) -> tuple[Advice, ...]:
    """One line for each purpose that anything of this edition speaks to."""
    measured = [_weigh(workloads, quantity) for quantity in QUANTITIES]
    by_id = {claim.id: claim for claim in claims}
    told = [_follow(rule, by_id[rule.claim]) for rule in RULES if rule.claim in by_id]
    return tuple(advice for advice in (*measured, *told) if advice is not None)


def _weigh(workloads: Sequence[WorkloadFindings], quantity: Quantity) -> Advice | None:
    """The framework that is better in every comparison it takes part in, of all that were made."""
    titles = {member.framework: member.title for one in workloads for member in one.members}
    found = [
        (workload, one)
        for workload in workloads
        for one in workload.comparisons
        if one.quantity == quantity and not one.within_framework
    ]
    if not found:
        return None
    comparisons = [one for _, one in found]
    where = join_words(list(dict.fromkeys(workload.title for workload, _ in found)))
    return Advice(
        purpose=PURPOSES[quantity],
        choice=_choose(comparisons, titles),
        because=f"Rests on the verdicts on {NAMES[quantity]} ({where}): {_tell(comparisons, titles)}.",
    )


def _choose(comparisons: Sequence[Comparison], titles: Mapping[str, str]) -> str:
    if all(one.verdict == "equivalent" for one in comparisons):
        names = {name for one in comparisons for name in (one.a, one.b)}
        return "either" if len(names) == 2 else "any"
    best = _find_best(comparisons)
    return titles.get(best, best)


def _find_best(comparisons: Sequence[Comparison]) -> str:
    """Empty where none is better than every other in every comparison of the two."""
    names = dict.fromkeys(name for one in comparisons for name in (one.a, one.b))
    for name in names:
        own = [one for one in comparisons if name in (one.a, one.b)]
        if all(_find_better(one) == name for one in own):
            return name
    return ""


def _find_better(comparison: Comparison) -> str | None:
    if comparison.verdict not in ("a_higher", "b_higher"):
        return None
    higher = comparison.verdict == "a_higher"
    a_better = higher if comparison.quantity == "test_accuracy" else not higher
    return comparison.a if a_better else comparison.b


def _tell(comparisons: Sequence[Comparison], titles: Mapping[str, str]) -> str:
    """'of 4 comparisons, PyTorch needed less memory in 3 and 1 showed no clear difference'."""
    wins = Counter(name for one in comparisons if (name := _find_better(one)) is not None)
    words = BETTER[comparisons[0].quantity]
    others = [
        (text, sum(one.verdict == verdict for one in comparisons))
        for verdict, text in (
            ("equivalent", "found equivalence within the margin"),
            ("inconclusive", "showed no clear difference"),
            ("single_run", "had one run only"),
        )
    ]
    if len(comparisons) == 1:
        for name in wins:
            return f"in the one comparison {titles.get(name, name)} {words}"
        return f"the one comparison {next(text for text, count in others if count)}"
    parts = [f"{titles.get(name, name)} {words} in {count}" for name, count in wins.most_common()]
    parts += [f"{count} {text}" for text, count in others if count]
    return f"of {len(comparisons)} comparisons, {join_words(parts)}"


def _follow(rule: Rule, claim: Claim) -> Advice:
    choice = {"holds": rule.holds, "reversed": rule.reversed}.get(claim.verdict, "")
    return Advice(
        purpose=rule.purpose,
        choice=choice,
        because=f"Rests on the claim ‘{claim.title}’: {claim.why}",
    )
