"""Turns the verdicts along one sweep into sentences: who leads where, and where that turns."""

from collections.abc import Sequence
from itertools import pairwise

from dlsurvey.analysis.inference import LEAST_PAIRS
from dlsurvey.analysis.measured import Comparison, Quantity
from dlsurvey.analysis.modes import map_titles
from dlsurvey.analysis.sizes import ScaleAxis, ScaleRatio
from dlsurvey.formats import format_memory, format_seconds, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext
from experiments.scale import Axis

ALONG: dict[Axis, str] = {
    "batch_size": mark("From batch size {first} to {last}"),
    "threads": mark("From {first} to {last} threads"),
}


def describe_axis(axis: ScaleAxis) -> tuple[str, ...]:
    """How each framework changes along it; then each pair with the first framework."""
    if not axis.lines:
        return ()
    reference = axis.lines[0].framework
    pairs = dict.fromkeys(
        (one.comparison.a, one.comparison.b)
        for one in axis.ratios
        if reference in (one.comparison.a, one.comparison.b)
    )
    quantities: tuple[Quantity, ...] = ("epoch_seconds", "peak_memory_bytes")
    return (
        *describe_change(axis),
        *(describe_pair(axis, pair, quantity) for quantity in quantities for pair in pairs),
    )


def describe_change(axis: ScaleAxis) -> tuple[str, ...]:
    """Time and memory at both ends, framework by framework, as they were measured."""
    told = []
    for line in axis.lines:
        first, last = line.points[0], line.points[-1]
        if first.value == last.value:
            continue
        told.append(
            _(
                "{title} went from {seconds} to {then} per epoch and from {memory} to {later}"
            ).format(
                title=line.title,
                seconds=format_seconds(first.epoch_seconds.mean),
                then=format_seconds(last.epoch_seconds.mean),
                memory=format_memory(first.peak_memory_bytes.mean),
                later=format_memory(last.peak_memory_bytes.mean),
            )
        )
    if not told:
        return ()
    values = [point.value for line in axis.lines for point in line.points]
    along = _(ALONG[axis.name]).format(first=min(values), last=max(values))
    return (f"{along}, {'; '.join(told)}.",)


def describe_pair(axis: ScaleAxis, pair: tuple[str, str], quantity: Quantity) -> str:
    """Where one of the two leads by a verdict, and whether the sign of their ratio turns."""
    titles = map_titles()
    a, b = (titles.get(name, name) for name in pair)
    ratios = [
        one
        for one in axis.ratios
        if (one.comparison.a, one.comparison.b) == pair and one.comparison.quantity == quantity
    ]
    clear = [one for one in ratios if one.comparison.verdict in ("a_higher", "b_higher")]
    what = _name_quantity(quantity)
    start = f"{_(axis.title)}, {what}"
    if not clear:
        return f"{start}: {_say_nothing_clear(ratios, a, b)}"
    leads = [(one.value, b if one.comparison.verdict == "a_higher" else a) for one in clear]
    rest = _say_rest(axis, ratios)
    turns = [
        (before, after) for before, after in pairwise(leads)
        if before[1] != after[1]
    ]  # fmt: skip
    if turns:
        text = _("{start}: the sign of the ratio of {a} to {b} turns: {turns}.{rest}")
        told = "; ".join(_say_turn(axis.name, *turn) for turn in turns)
        return text.format(start=start, a=a, b=b, turns=told, rest=rest)
    ahead = leads[0][1]
    behind = a if ahead == b else b
    text = _(
        "{start}: {ahead} needed less than {behind} at {places}; the sign of the ratio never turns"
        " within the noise.{rest}"
    )
    return text.format(
        start=start,
        ahead=ahead,
        behind=behind,
        places=_list_places(axis.name, clear, ahead == b),
        rest=rest,
    )


def name_axis(axis: ScaleAxis) -> str:
    """In the language of the report."""
    return _(axis.title)


def name_place(name: Axis, value: int) -> str:
    """'batch size 8', '1 thread'."""
    match name:
        case "batch_size":
            return _("batch size {value}").format(value=value)
        case "threads":
            return ngettext("{n} thread", "{n} threads", value).format(n=value)


def find_ratio(comparison: Comparison) -> float:
    """a / b: the geometric mean over pairs, or where no pair is undisturbed that of the means."""
    if comparison.relative_effect is not None:
        return 1 + comparison.relative_effect
    return comparison.a_mean / comparison.b_mean if comparison.b_mean else float("nan")


def _say_nothing_clear(ratios: Sequence[ScaleRatio], a: str, b: str) -> str:
    most = max((one.comparison.n for one in ratios), default=0)
    left_out = sum(one.comparison.left_out for one in ratios)
    names = join_words((a, b))
    if most >= LEAST_PAIRS:
        equal = [one for one in ratios if one.comparison.verdict == "equivalent"]
        if len(equal) == len(ratios):
            return _("{names} are equivalent at every place of the sweep.").format(names=names)
        return _(
            "no difference between {names} beyond the margin was shown anywhere on the sweep, so that"
            " no sign turns."
        ).format(names=names)
    if left_out:
        return _(
            "no verdict on {names}: {count} of the paired runs had other work beside them, and fewer"
            " than three undisturbed pairs are left at each place. The points are single runs."
        ).format(names=names, count=left_out)
    return _(
        "no verdict on {names}: fewer than three pairs at each place have no spread that could be"
        " judged. The points are single runs."
    ).format(names=names)


def _say_turn(name: Axis, before: tuple[int, str], after: tuple[int, str]) -> str:
    where = [name_place(name, value) for value in (before[0], after[0])]
    return _("up to {before} {first} needs less, from {after} on {second}").format(
        before=where[0], first=before[1], after=where[1], second=after[1]
    )


def _list_places(name: Axis, clear: Sequence[ScaleRatio], inverted: bool) -> str:
    """'batch size 8 (0.52 times as much), ...': what the leading side needs of the other."""
    told = []
    for one in clear:
        ratio = find_ratio(one.comparison)
        told.append(
            _("{where} ({ratio:.2f} times as much)").format(
                where=name_place(name, one.value),
                ratio=1 / ratio if inverted else ratio,
            )
        )
    return join_words(told)


def _say_rest(axis: ScaleAxis, ratios: Sequence[ScaleRatio]) -> str:
    """The places where neither leads: equivalent, or open."""
    equal = [one for one in ratios if one.comparison.verdict == "equivalent"]
    open_ = [one for one in ratios if one.comparison.verdict in ("inconclusive", "single_run")]
    told = ""
    if equal:
        where = join_words([name_place(axis.name, one.value) for one in equal])
        told += _(" They are equivalent at {where}.").format(where=where)
    if open_:
        where = join_words([name_place(axis.name, one.value) for one in open_])
        told += _(" No clear difference was shown at {where}.").format(where=where)
    return told


def _name_quantity(quantity: Quantity) -> str:
    return _("time per epoch") if quantity == "epoch_seconds" else _("peak memory")
