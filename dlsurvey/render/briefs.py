"""Turns comparisons into verdicts of a few words, and a workload's verdicts into a brief."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dlsurvey.analysis.conclusion import conclude_quantity
from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Comparison
from dlsurvey.analysis.sentences import name_sides
from dlsurvey.formats import format_quantity
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, translate_known

QUANTITIES = {
    "test_accuracy": mark("Test accuracy"),
    "epoch_seconds": mark("Seconds per epoch"),
    "peak_memory_bytes": mark("Peak memory"),
}
HIGHER = {
    "test_accuracy": mark("{title} higher"),
    "epoch_seconds": mark("{title} slower"),
    "peak_memory_bytes": mark("{title} larger"),
}
"""What a higher value means, in a word."""


def map_titles(workload: WorkloadFindings) -> Mapping[str, str]:
    """Framework names to the titles that sentences use."""
    return {member.framework: member.title for member in workload.members}


class Verdict(NamedTuple):
    """A verdict in a word or two, and whether it is worth the highlight colour."""

    text: str
    clear: bool


def write_verdict(comparison: Comparison, titles: Mapping[str, str]) -> Verdict:
    """What the badge before a result says."""
    more = _(HIGHER[comparison.quantity])
    a, b = name_sides(comparison, titles)
    match comparison.verdict:
        case "a_higher":
            return Verdict(more.format(title=a), clear=True)
        case "b_higher":
            return Verdict(more.format(title=b), clear=True)
        case "equivalent":
            return Verdict(_("equivalent"), clear=True)
        case "inconclusive":
            return Verdict(_("no clear difference"), clear=False)
        case "single_run":
            return Verdict(_("one run only"), clear=False)


class Line(NamedTuple):
    """A verdict, where there is one, and what stands behind it."""

    verdict: Verdict | None
    text: str


class Brief(NamedTuple):
    """What one workload's runs say to one question, without intervals."""

    question: str
    lines: tuple[Line, ...]


def list_briefs(workload: WorkloadFindings) -> list[Brief]:
    """One for each quantity that was compared between frameworks."""
    across = [one for one in workload.comparisons if not one.within_framework]
    briefs = []
    for quantity, title in QUANTITIES.items():
        here = [one for one in across if one.quantity == quantity]
        if here:
            briefs.append(Brief(_(title), _write_lines(workload, here)))
    return briefs


def _write_lines(workload: WorkloadFindings, comparisons: Sequence[Comparison]) -> tuple[Line, ...]:
    """Both protocols in one line where they agree; a sentence without numbers for many pairs."""
    if len({(one.a, one.b, one.device) for one in comparisons}) > 1:
        return tuple(
            Line(None, text) for text in conclude_quantity(workload, comparisons[0].quantity)
        )
    titles = map_titles(workload)
    by_verdict: dict[Verdict, list[str]] = {}
    for one in comparisons:
        by_verdict.setdefault(write_verdict(one, titles), []).append(_write_values(one, titles))
    return tuple(Line(verdict, "; ".join(texts)) for verdict, texts in by_verdict.items())


def _write_values(comparison: Comparison, titles: Mapping[str, str]) -> str:
    first, second = name_sides(comparison, titles)
    return _("{protocol}: {first} {first_value}, {second} {second_value}").format(
        protocol=translate_known(comparison.protocol),
        first=first,
        first_value=format_quantity(comparison.a_mean, comparison.quantity),
        second=second,
        second_value=format_quantity(comparison.b_mean, comparison.quantity),
    )
