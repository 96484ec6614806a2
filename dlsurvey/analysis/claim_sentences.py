"""Turns the comparison that a claim was held against into a sentence and its numbers."""

from collections.abc import Mapping
from typing import NamedTuple

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Comparison
from dlsurvey.analysis.sentences import (
    describe_left_out,
    name_quantity,
    name_sides,
    write_difference,
)
from dlsurvey.analysis.setups import name_device
from dlsurvey.formats import format_bound, format_quantity
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext


class Told(NamedTuple):
    """One comparison and where it was made."""

    workload: WorkloadFindings
    comparison: Comparison


def say_verdict(told: Told, titles: Mapping[str, str]) -> str:
    """One short sentence, whose numbers stand beside it; and another where times were left out."""
    return " ".join(filter(None, (_say(told, titles), describe_left_out(told.comparison))))


def _say(told: Told, titles: Mapping[str, str]) -> str:
    one = told.comparison
    a, b = name_sides(one, titles)
    where = _name_place(told)
    match one.verdict:
        case "a_higher":
            return f"{where}: {_say_higher(one, a, b)}."
        case "b_higher":
            return f"{where}: {_say_higher(one, b, a)}."
        case "equivalent":
            text = _(
                "{where}: {quantity} of {a} and {b} is equivalent within the margin of {margin}."
            )
        case "inconclusive":
            text = _(
                "{where}: no clear difference in {quantity} between {a} and {b} was"
                " shown, nor that they are equivalent."
            )
        case "single_run":
            text = _(
                "{where}: {a} and {b} have one run each, which has no spread;"
                " `dlsurvey train {workload} --seeds 5` gives one."
            )
    return text.format(
        where=where,
        quantity=name_quantity(one.quantity),
        a=a,
        b=b,
        margin=format_bound(one.margin, one.quantity),
        workload=one.workload,
    )


def _say_higher(comparison: Comparison, higher: str, lower: str) -> str:
    match comparison.quantity:
        case "test_accuracy":
            text = _("{higher} was more accurate than {lower}")
        case "epoch_seconds":
            text = _("{lower} was faster than {higher}, by its time per epoch")
        case "peak_memory_bytes":
            text = _("{lower} needed less memory at its peak than {higher}")
    return text.format(higher=higher, lower=lower)


def write_numbers(told: Told, titles: Mapping[str, str]) -> str:
    """Both means, with the protocol, the pairs and the interval of the difference."""
    one = told.comparison
    a, b = name_sides(one, titles)
    means = (
        f"{a} {format_quantity(one.a_mean, one.quantity)},"
        f" {b} {format_quantity(one.b_mean, one.quantity)}"
    )
    difference, interval = write_difference(one)
    spread = (
        _(", difference {difference}, 95 % interval {interval}").format(
            difference=difference, interval=interval
        )
        if interval
        else ""
    )
    return f"{_name_place(told)}: {means} ({one.protocol}, {count_pairs(one.n)}{spread})"


def _name_place(told: Told) -> str:
    several = len({member.device for member in told.workload.members}) > 1
    device = f" ({name_device(told.comparison.device)})" if several else ""
    return f"{told.workload.title}{device}"


def count_pairs(count: int) -> str:
    """\'one run each\', \'3 paired runs\'."""
    return ngettext("one run each", "{n} paired runs", count).format(n=count)
