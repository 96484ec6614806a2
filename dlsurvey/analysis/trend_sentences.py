"""Turns the series of a trend into the sentences that numbers and dates allow, and no others."""

from collections.abc import Sequence
from datetime import date

from dlsurvey.analysis.findings import SO_FAR, Point, Series
from dlsurvey.analysis.provenance import cite_source
from dlsurvey.analysis.revisions import Vintages
from dlsurvey.analysis.series import Group
from dlsurvey.analysis.signals import Signal
from dlsurvey.formats import MONTHS, format_date, format_value, join_words
from dlsurvey.records import Resolution


def describe_latest(signal: Signal, series: Sequence[Series]) -> str:
    """Who stood where at the end of each series: numbers and dates, no more."""
    newest: dict[str, Series] = {}
    for one in series:
        known = newest.get(one.title)
        if known is None or one.points[-1].start > known.points[-1].start:
            newest[one.title] = one
    ranked = sorted(newest.values(), key=lambda one: -one.points[-1].value)
    parts = [f"{one.title} {_format(signal, one.points[-1], one.resolution)}" for one in ranked]
    which = "newest value" if len(parts) == 1 else "newest value of each"
    return f"{signal.title}, {which}: {join_words(parts)}."


def describe_course(signal: Signal, series: Sequence[Series]) -> str:
    """The alternative text: from where to where each drawn series went."""
    parts = []
    for one in series:
        if not one.drawn:
            continue
        first, last = one.points[0], one.points[-1]
        if first.start == last.start:
            parts.append(f"{one.title} had {_format(signal, last, one.resolution)}")
            continue
        verb = "rose" if last.value > first.value else "fell"
        if last.value == first.value:
            verb = "went"
        values = [_format(signal, point, one.resolution) for point in (first, last)]
        parts.append(f"{one.title} {verb} from {values[0]} to {values[1]}")
    return f"{signal.title}: {'; '.join(parts)}."


def describe_end(signal: Signal) -> tuple[str, ...]:
    """That an archive has ended, and that nothing is known of later."""
    if signal.ends is None:
        return ()
    month = f"{MONTHS[signal.ends.month - 1]} {signal.ends.year}"
    return (f"The archive ended in {month}: of later months nothing is known, which is not zero.",)


def describe_moves(groups: Sequence[Group]) -> tuple[str, ...]:
    """Which repositories are shown under their present name."""
    return tuple(
        f"{group.label} was {join_words(list(group.former))} before; it is shown as one series"
        " under its present name."
        for group in groups
        if group.former
    )


def describe_requests(groups: Sequence[Group]) -> tuple[str, ...]:
    """Which request is drawn, where a source has answered several."""
    sentences = []
    for group in groups:
        if group.left_out:
            count = "One other request" if group.left_out == 1 else f"{group.left_out} others"
            sentences.append(
                f"Drawn is the newest request ({group.label}). {count} of"
                f" {cite_source(group.source)} with a scale of {_own(group.left_out)} cannot be"
                " joined with it and stays in the stored data."
            )
    return tuple(dict.fromkeys(sentences))


def describe_revisions(
    signal: Signal, series: Sequence[Series], vintages: Vintages
) -> tuple[str, ...]:
    """What each source told otherwise before, and by how much."""
    if signal.label == "request":
        return _describe_draws(series, vintages)
    sentences = []
    for one in series:
        if one.revisions:
            sentences.append(_describe_revision(signal, one))
    return tuple(sentences)


def _describe_revision(signal: Signal, one: Series) -> str:
    largest = max(one.revisions, key=lambda revision: abs(revision.now - revision.first))
    first, last = one.revisions[0].start, one.revisions[-1].start
    count = len(one.revisions)
    when = name_period(first, one.resolution)
    many = f"{count} values of {one.title} from {when} to {name_period(last, one.resolution)}"
    if count == 1:
        many = f"the value of {one.title} for {when}"
    values = [format_value(value, signal.unit) for value in (largest.first, largest.now)]
    most = "" if count == 1 else f" most that of {name_period(largest.start, one.resolution)},"
    return (
        f"{cite_source(one.source)} has revised {many}:{most} from {values[0]},"
        f" as told in {MONTHS[largest.told.month - 1]} {largest.told.year}, to {values[1]}."
    )


def _describe_draws(series: Sequence[Series], vintages: Vintages) -> tuple[str, ...]:
    widest: dict[tuple[str, str], tuple[float, Series, date]] = {}
    for one in series:
        for band in one.band:
            known = widest.get((one.source, one.label))
            if known is None or band.high - band.low > known[0]:
                widest[one.source, one.label] = (band.high - band.low, one, band.start)
    return tuple(
        f"{cite_source(source)} draws another sample for each request: over"
        f" {vintages.count_draws(source, one.metric, label)} draws the value of {one.title} for"
        f" {name_period(start, one.resolution)} differed by {spread:.0f} points. The band shows"
        " the lowest and the highest of all draws."
        for (source, label), (spread, one, start) in widest.items()
    )


def name_period(start: date, resolution: Resolution) -> str:
    """'2025', 'July 2025', 'the week of 3 March 2025', '3 March 2025'."""
    match resolution:
        case "year":
            return str(start.year)
        case "month":
            return f"{MONTHS[start.month - 1]} {start.year}"
        case "week":
            return f"the week of {format_date(start)}"
        case _:
            return format_date(start)


def _format(signal: Signal, point: Point, resolution: Resolution) -> str:
    when = name_period(point.start, resolution)
    if point.label == SO_FAR:
        when = f"{when} so far"
    return f"{format_value(point.value, signal.unit)} ({when})"


def _own(count: int) -> str:
    return "its own" if count == 1 else "their own"
