"""Turns verdicts and answered claims into advice by purpose; undecided where they do not decide."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dlsurvey.analysis.findings import Advice, Claim, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Quantity
from dlsurvey.analysis.quantities import QUANTITIES
from dlsurvey.analysis.sentences import name_quantity
from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

PURPOSES: Mapping[Quantity, str] = {
    "test_accuracy": mark("The most accurate network"),
    "epoch_seconds": mark("Short training"),
    "peak_memory_bytes": mark("Little memory"),
}
BETTER: Mapping[Quantity, str] = {
    "test_accuracy": mark("{title} was more accurate"),
    "epoch_seconds": mark("{title} needed less time per epoch"),
    "peak_memory_bytes": mark("{title} needed less memory"),
}
BETTER_IN: Mapping[Quantity, str] = {
    "test_accuracy": mark("{title} was more accurate in {count}"),
    "epoch_seconds": mark("{title} needed less time per epoch in {count}"),
    "peak_memory_bytes": mark("{title} needed less memory in {count}"),
}
OTHERWISE = (
    ("equivalent", mark("found equivalence within the margin")),
    ("inconclusive", mark("showed no clear difference")),
    ("single_run", mark("had one run only")),
)


class Rule(NamedTuple):
    """What an answered claim says to someone with a purpose."""

    claim: str
    purpose: str
    holds: str
    """Whom it speaks for where it holds."""
    reversed: str


RULES = (
    Rule("code-length", mark("Little code to write"), "TensorFlow", "PyTorch"),
    Rule("research", mark("Following research"), "PyTorch", "TensorFlow"),
    Rule("community", mark("Finding help and examples"), "TensorFlow", "PyTorch"),
    Rule("models-available", mark("Starting from a trained model"), "", ""),
    Rule("production", mark("Doing as production systems do"), "TensorFlow", "PyTorch"),
    Rule("deployment", mark("Phones, embedded devices, browsers"), "TensorFlow", "PyTorch"),
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
        purpose=_(PURPOSES[quantity]),
        choice=_choose(comparisons, titles),
        because=_("Rests on the verdicts on {quantity} ({where}): {found}.").format(
            quantity=name_quantity(quantity), where=where, found=_tell(comparisons, titles)
        ),
    )


def _choose(comparisons: Sequence[Comparison], titles: Mapping[str, str]) -> str:
    if all(one.verdict == "equivalent" for one in comparisons):
        names = {name for one in comparisons for name in (one.a, one.b)}
        return _("either") if len(names) == 2 else _("any")
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
    quantity = comparisons[0].quantity
    others = [
        (_(text), sum(one.verdict == verdict for one in comparisons)) for verdict, text in OTHERWISE
    ]
    if len(comparisons) == 1:
        for name in wins:
            better = _(BETTER[quantity]).format(title=titles.get(name, name))
            return _("in the one comparison {better}").format(better=better)
        found = next(text for text, count in others if count)
        return _("the one comparison {found}").format(found=found)
    parts = [
        _(BETTER_IN[quantity]).format(title=titles.get(name, name), count=count)
        for name, count in wins.most_common()
    ]
    parts += [
        _("{count} {found}").format(count=count, found=text) for text, count in others if count
    ]
    return _("of {count} comparisons, {found}").format(
        count=len(comparisons), found=join_words(parts)
    )


def _follow(rule: Rule, claim: Claim) -> Advice:
    choice = {"holds": rule.holds, "reversed": rule.reversed}.get(claim.verdict, "")
    return Advice(
        purpose=_(rule.purpose),
        choice=choice,
        because=_("Rests on the claim ‘{claim}’: {why}").format(claim=claim.title, why=claim.why),
    )
