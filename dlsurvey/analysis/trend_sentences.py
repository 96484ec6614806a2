"""Turns the series of a trend into the sentences that numbers and dates allow, and no others."""

from collections.abc import Sequence
from datetime import date

from dlsurvey.analysis.estimates import find_pooled_interval, find_window, pool
from dlsurvey.analysis.findings import SO_FAR, Point, Series, Trend
from dlsurvey.analysis.provenance import cite_source
from dlsurvey.analysis.revisions import Vintages
from dlsurvey.analysis.series import Group
from dlsurvey.analysis.signal import Signal
from dlsurvey.formats import format_date, format_month, format_value, format_year, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from dlsurvey.records import Resolution


def describe_latest(signal: Signal, series: Sequence[Series]) -> str:
    """Who stood where at the end of each series: numbers and dates, no more."""
    newest: dict[str, Series] = {}
    for one in series:
        known = newest.get(one.title)
        if known is None or one.points[-1].start > known.points[-1].start:
            newest[one.title] = one
    if signal.estimate in ("count", "share"):
        return _describe_windows(signal, list(newest.values()))
    ranked = sorted(newest.values(), key=lambda one: -one.points[-1].value)
    parts = [
        f"{one.title} {write_value(one.points[-1], one.resolution, signal.unit)}" for one in ranked
    ]
    text = (
        _("{signal}, newest value: {values}.")
        if len(parts) == 1
        else _("{signal}, newest value of each: {values}.")
    )
    return text.format(signal=signal.title, values=join_words(parts))


def list_windowed(one: Series) -> Sequence[Point]:
    """The points of the newest window of a series, without a period that is not over."""
    points = {point.start: point for point in one.points if point.label != SO_FAR}
    return [points[day] for day in find_window(list(points), one.resolution)] if points else ()


def _describe_windows(signal: Signal, newest: Sequence[Series]) -> str:
    """The values of the newest window of each, with what chance may have added or taken."""
    windows = [(one, list_windowed(one)) for one in newest]
    told = [(one, points) for one, points in windows if points]
    told.sort(key=lambda one: -pool(one[1], signal.estimate))
    parts = []
    for one, points in told:
        first, last = (name_period(points[place].start, one.resolution) for place in (0, -1))
        when = last if len(points) == 1 else _("{first} to {last}").format(first=first, last=last)
        parts.append(f"{one.title} {write_estimate(points, signal)}, {when}")
    return _("{signal}, with 95 % intervals: {values}.").format(
        signal=signal.title, values="; ".join(parts)
    )


def describe_end(signal: Signal) -> tuple[str, ...]:
    """That an archive has ended, and that nothing is known of later."""
    if signal.ends is None:
        return ()
    return (
        _(
            "The archive ended in {month}: of later months nothing is known, which is not zero."
        ).format(month=format_month(signal.ends)),
    )


def describe_moves(groups: Sequence[Group]) -> tuple[str, ...]:
    """Which repositories are shown under their present name."""
    return tuple(
        _("{label} was {former} before; it is shown as one series under its present name.").format(
            label=group.label, former=join_words(group.former)
        )
        for group in groups
        if group.former
    )


def describe_requests(groups: Sequence[Group]) -> tuple[str, ...]:
    """Which request is drawn, where a source has answered several."""
    sentences = []
    for group in groups:
        if group.left_out:
            sentences.append(
                ngettext(
                    "Drawn is the newest request ({label}). One other request of {source} with a"
                    " scale of its own cannot be joined with it and stays in the stored data.",
                    "Drawn is the newest request ({label}). {count} others of {source} with a"
                    " scale of their own cannot be joined with it and stay in the stored data.",
                    group.left_out,
                ).format(label=group.label, count=group.left_out, source=cite_source(group.source))
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
    return ngettext(
        "{source} has revised the value of {title} for {first}: from {before}, as told in {told},"
        " to {now}.",
        "{source} has revised {count} values of {title} from {first} to {last}: most that of"
        " {largest}, from {before}, as told in {told}, to {now}.",
        len(one.revisions),
    ).format(
        source=cite_source(one.source),
        count=len(one.revisions),
        title=one.title,
        first=name_period(first, one.resolution),
        last=name_period(last, one.resolution),
        largest=name_period(largest.start, one.resolution),
        before=format_value(largest.first, signal.unit),
        told=format_month(largest.told),
        now=format_value(largest.now, signal.unit),
    )


def _describe_draws(series: Sequence[Series], vintages: Vintages) -> tuple[str, ...]:
    widest: dict[tuple[str, str], tuple[float, Series, date]] = {}
    for one in series:
        for band in one.band:
            known = widest.get((one.source, one.label))
            if known is None or band.high - band.low > known[0]:
                widest[one.source, one.label] = (band.high - band.low, one, band.start)
    return tuple(
        _(
            "{source} draws another sample for each request: over {count} draws the value of"
            " {title} for {period} differed by {spread:.0f} points. The band shows the lowest and"
            " the highest of all draws."
        ).format(
            source=cite_source(source),
            count=vintages.count_draws(source, one.metric, label),
            title=one.title,
            period=name_period(start, one.resolution),
            spread=spread,
        )
        for (source, label), (spread, one, start) in widest.items()
    )


def name_period(start: date, resolution: Resolution) -> str:
    """'2025', 'July 2025', 'the week of 3 March 2025', '3 March 2025'."""
    match resolution:
        case "year":
            return format_year(start)
        case "month":
            return format_month(start)
        case "week":
            return _("the week of {day}").format(day=format_date(start))
        case _:
            return format_date(start)


def write_estimate(points: Sequence[Point], signal: Signal | Trend) -> str:
    """The value of a window: '197,213', '12 % (10 to 14)' where it has an interval."""
    value = format_value(pool(points, signal.estimate), signal.unit)
    interval = find_pooled_interval(points, signal.estimate)
    if interval is None:
        return value
    return _("{value} ({low} to {high})").format(
        value=value,
        low=format_value(interval.low, signal.unit),
        high=format_value(interval.high, signal.unit),
    )


def write_value(point: Point, resolution: Resolution, unit: str) -> str:
    """'102,529 (22 August 2026)', '13 (2026 so far)'."""
    when = name_period(point.start, resolution)
    if point.label == SO_FAR:
        when = _("{when} so far").format(when=when)
    return f"{format_value(point.value, unit)} ({when})"
