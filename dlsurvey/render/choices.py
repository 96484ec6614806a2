"""Turns findings into the part of them that a talk has time for; the report has all of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dlsurvey.analysis.conclusion import conclude_quantity
from dlsurvey.analysis.findings import Claim, ClaimVerdict, Findings, Trend, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, LedgerRow, Quantity
from dlsurvey.analysis.sentences import name_sides
from dlsurvey.figures import Figure
from dlsurvey.figures.figure import name_figure
from dlsurvey.formats import format_quantity
from dlsurvey.language import gettext as _
from dlsurvey.language import translate_known
from dlsurvey.render.pages import QUANTITIES, Verdict, map_titles, write_verdict

MOST_TRENDS = 4
"""Signals with a slide of their own, in the order of the report."""
MOST_CLAIMS = 7
ANSWERS: tuple[ClaimVerdict, ...] = (
    "reversed",
    "holds",
    "equivalent",
    "inconclusive",
    "not_testable",
)
"""What was answered comes first."""


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


def list_untold(findings: Findings) -> list[str]:
    """The conclusions that no verdict, no note on the images and no trend tells already."""
    told = {trend.sentence for trend in findings.trends}
    quantities: tuple[Quantity, ...] = ("test_accuracy", "epoch_seconds", "peak_memory_bytes")
    for workload in findings.workloads:
        told.add(f"{workload.title}: {workload.dataset_note}")
        for quantity in quantities:
            told.update(conclude_quantity(workload, quantity))
    return [sentence for sentence in findings.conclusions if sentence not in told]


def split_ledger(
    ledger: Sequence[LedgerRow],
) -> tuple[list[LedgerRow], list[LedgerRow]]:
    """The rows whose values differ, and those whose values are the same in all members."""
    apart = [row for row in ledger if len(set(row.values)) > 1]
    return apart, [row for row in ledger if row not in apart]


def choose_trends(
    trends: Sequence[Trend], figures: Mapping[str, Figure]
) -> tuple[list[Trend], list[Trend]]:
    """Those that get a slide, and the rest; one that has a figure goes before one that has none."""
    drawn = sorted(trends, key=lambda trend: name_figure(trend.key) not in figures)
    big = drawn[:MOST_TRENDS]
    return big, [trend for trend in trends if trend not in big]


def choose_claims(
    claims: Sequence[Claim],
) -> tuple[list[Claim], list[tuple[ClaimVerdict, int]]]:
    """The claims that a slide has room for, and of all of them how many have each verdict.

    Among the undecided those that have figures of then and of now go first.
    """
    order = sorted(claims, key=lambda one: (ANSWERS.index(one.verdict), not one.now, not one.then))
    counts = [(verdict, sum(one.verdict == verdict for one in claims)) for verdict in ANSWERS]
    return order[:MOST_CLAIMS], [(verdict, count) for verdict, count in counts if count]
