"""Turns verdicts, break-evens and trends into the sentences that an edition ends with.

Only the frameworks in their default modes are set against each other here. Where both protocols
come to the same verdict, one sentence says so.
"""

from collections.abc import Iterable, Sequence

from dlsurvey.analysis.breakeven import conclude_modes
from dlsurvey.analysis.findings import Trend, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Quantity, Verdict
from dlsurvey.analysis.quantities import QUANTITIES
from dlsurvey.analysis.sentences import describe_in_both, name_quantity, name_sides
from dlsurvey.analysis.setups import name_device
from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _

Pair = tuple[str, str, str]
"""Two frameworks, the better one first where there is one, and the protocol if it is only one."""
CONCLUDED = (
    "github-stars",
    "pypi-downloads-weekly",
    "pypi-downloads",
    "stackoverflow-share",
    "stackoverflow-questions",
    "search-interest",
    "papers-with-code-share",
    "conference-papers",
    "job-posts-share",
)
"""The signals that the surveys argued with; the others speak in their own chapter."""
FEW_PAIRS = 1
"""With more pairs of frameworks one sentence lists them all; the numbers are in the tables."""


def conclude(workloads: Iterable[WorkloadFindings], trends: Iterable[Trend]) -> tuple[str, ...]:
    """Per workload one sentence for each quantity, then modes and images; then `CONCLUDED`."""
    sentences = []
    for workload in workloads:
        for quantity in QUANTITIES:
            sentences += conclude_quantity(workload, quantity)
        sentences += [
            f"{workload.title}: {sentence}" for sentence in conclude_modes(workload.break_evens)
        ]
        if workload.dataset_note:
            sentences.append(f"{workload.title}: {workload.dataset_note}")
    sentences += [trend.sentence for trend in trends if trend.key in CONCLUDED]
    return tuple(sentences)


def conclude_quantity(workload: WorkloadFindings, quantity: Quantity) -> list[str]:
    """What its frameworks' default modes show of one quantity, device by device."""
    across = [
        one for one in workload.comparisons if one.quantity == quantity and not one.within_framework
    ]
    sentences = []
    for device in dict.fromkeys(one.device for one in across):
        here = [one for one in across if one.device == device]
        pairs = len({(one.a, one.b) for one in here})
        if pairs <= FEW_PAIRS:
            sentences += _conclude_pair(workload, here)
        else:
            sentences.append(_conclude_many(workload, here, quantity))
    return sentences


def _conclude_pair(workload: WorkloadFindings, comparisons: Sequence[Comparison]) -> list[str]:
    """One sentence where the protocols agree, else one for each."""
    if len(comparisons) > 1 and len({one.verdict for one in comparisons}) == 1:
        return [
            describe_in_both(comparisons, _name_workload(workload, comparisons), _titles(workload))
        ]
    return [one.sentence for one in comparisons]


def _conclude_many(
    workload: WorkloadFindings, comparisons: Sequence[Comparison], quantity: Quantity
) -> str:
    """Which frameworks differ, which are equivalent, of which neither was shown: without numbers."""
    titles = _titles(workload)
    by_pair: dict[tuple[str, str, Verdict], list[Comparison]] = {}
    for one in comparisons:
        by_pair.setdefault((one.a, one.b, one.verdict), []).append(one)
    protocols = {one.protocol for one in comparisons}
    found: dict[str, list[Pair]] = {}
    for same in by_pair.values():
        where = f" ({same[0].protocol})" if len(same) < len(protocols) else ""
        first, second = name_sides(same[0], titles)
        if _prefers_second(same[0]):
            first, second = second, first
        sort = "higher" if same[0].verdict in ("a_higher", "b_higher") else same[0].verdict
        found.setdefault(sort, []).append((first, second, where))
    clauses = [
        _open_clause(sort, quantity).format(
            pairs=_list_wins(found[sort], quantity)
            if sort == "higher"
            else _list_pairs(found[sort])
        )
        for sort in ("higher", "equivalent", "inconclusive", "single_run")
        if sort in found
    ]
    text = (
        _("{workload}, {quantity} in both protocols unless one is named: {clauses}.")
        if len(protocols) > 1
        else "{workload}, {quantity}: {clauses}."
    )
    return text.format(
        workload=_name_workload(workload, comparisons),
        quantity=name_quantity(quantity),
        clauses="; ".join(clauses),
    )


def _prefers_second(comparison: Comparison) -> bool:
    """Whether the second side is the better one: more accurate, or in need of less."""
    better = "b_higher" if comparison.quantity == "test_accuracy" else "a_higher"
    return comparison.verdict == better


def _open_clause(sort: str, quantity: Quantity) -> str:
    match sort:
        case "higher":
            if quantity == "test_accuracy":
                return _("more accurate was {pairs}")
            return _("less was needed by {pairs}")
        case "equivalent":
            return _("equivalent within the margin: {pairs}")
        case "inconclusive":
            return _("no clear difference was shown: {pairs}")
        case _:
            return _("one run each, so nothing is said: {pairs}")


def _list_wins(pairs: Sequence[Pair], quantity: Quantity) -> str:
    """'JAX than by PyTorch and TensorFlow, PyTorch than by TensorFlow'."""
    text = (
        _("{better} than {others}{where}")
        if quantity == "test_accuracy"
        else _("{better} than by {others}{where}")
    )
    others: dict[tuple[str, str], list[str]] = {}
    for better, other, where in pairs:
        others.setdefault((better, where), []).append(other)
    return ", ".join(
        text.format(better=better, others=join_words(names), where=where)
        for (better, where), names in others.items()
    )


def _list_pairs(pairs: Sequence[Pair]) -> str:
    """'any two of A, B and C' where all their pairs are there, else 'A – B, B – C'."""
    names = list(dict.fromkeys(name for first, second, _ in pairs for name in (first, second)))
    whole = 2 * len(pairs) == len(names) * (len(names) - 1)
    if whole and len(names) > 2 and len({where for _, _, where in pairs}) == 1:
        return _("any two of {names}{where}").format(names=join_words(names), where=pairs[0][2])
    return ", ".join(f"{first} – {second}{where}" for first, second, where in pairs)


def _name_workload(workload: WorkloadFindings, comparisons: Sequence[Comparison]) -> str:
    several = len({member.device for member in workload.members}) > 1
    device = f" ({name_device(comparisons[0].device)})" if several else ""
    return f"{workload.title}{device}"


def _titles(workload: WorkloadFindings) -> dict[str, str]:
    return {member.framework: member.title for member in workload.members}
