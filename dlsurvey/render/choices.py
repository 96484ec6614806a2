"""Turns findings into the part of them that a talk has time for; the report has all of it."""

from collections.abc import Mapping, Sequence

from dlsurvey.analysis.conclusion import conclude_quantity
from dlsurvey.analysis.deployed import DeploymentFindings
from dlsurvey.analysis.deployment_sentences import describe_pair
from dlsurvey.analysis.findings import Claim, ClaimVerdict, Findings, Trend
from dlsurvey.analysis.measured import LedgerRow, Quantity
from dlsurvey.analysis.sizes import ScaleAxis, ScaleFindings
from dlsurvey.figures import Figure
from dlsurvey.figures.figure import name_figure

MOST_TRENDS = 3
"""Signals with a slide of their own, in the order of the report."""
MOST_CLAIMS = 7
MOST_WAYS = 3
"""Sentences on all ways out; those on two of them follow, where they say which is ahead."""
CLEAR = ("a_higher", "b_higher")
ANSWERS: tuple[ClaimVerdict, ...] = (
    "reversed",
    "holds",
    "equivalent",
    "inconclusive",
    "not_testable",
)
"""What was answered comes first."""


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


def choose_axis(scale: ScaleFindings) -> ScaleAxis:
    """The sweep that shows most: with the most clear verdicts on time, of several the first."""
    return max(scale.axes, key=_count_clear)


def _count_clear(axis: ScaleAxis) -> int:
    found = [one.comparison for one in axis.ratios]
    return sum(one.quantity == "epoch_seconds" and one.verdict in CLEAR for one in found)


def choose_ways(found: DeploymentFindings) -> list[str]:
    """What holds of all ways out, then what was shown of two of them."""
    pairs = {describe_pair(one): one.verdict in CLEAR for one in found.comparisons}
    general = [sentence for sentence in found.sentences if sentence not in pairs]
    return [*general[:MOST_WAYS], *(sentence for sentence, clear in pairs.items() if clear)]


def choose_claims(
    claims: Sequence[Claim],
) -> tuple[list[Claim], list[tuple[ClaimVerdict, int]]]:
    """The claims that a slide has room for, and of all of them how many have each verdict.

    Among the undecided those that have figures of then and of now go first.
    """
    order = sorted(claims, key=lambda one: (ANSWERS.index(one.verdict), not one.now, not one.then))
    counts = [(verdict, sum(one.verdict == verdict for one in claims)) for verdict in ANSWERS]
    return order[:MOST_CLAIMS], [(verdict, count) for verdict, count in counts if count]
