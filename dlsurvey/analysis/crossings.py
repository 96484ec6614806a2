"""Turns the trends of two editions into who passed whom between them, and into what was revised.

A crossing is told of two series of one trend, source, metric and resolution, of different
frameworks, that were in both editions. They are compared in the periods that both have and that
are over. Who was ahead at the newest such period of the older edition, and who is ahead at the
newest of the newer one: where these differ, one passed the other. Being level changes nothing.
Passing twice is not told, since nothing changed between the two editions. Of counts of events and of
shares, somebody is ahead only where chance does not make it look so (`estimates.py`). Where the newer edition
already has the other ahead at the older one's newest period, the source revised its past.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from math import isclose
from typing import NamedTuple

from dlsurvey.analysis.differences import Cause, Change
from dlsurvey.analysis.estimates import list_leads
from dlsurvey.analysis.findings import SO_FAR, Estimate, Findings, Series, Trend
from dlsurvey.analysis.provenance import cite_source
from dlsurvey.analysis.revisions import end_period
from dlsurvey.analysis.trend_sentences import name_period
from dlsurvey.formats import format_date, format_value, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext

Key = tuple[str, str, str, str, str]


def list_trends(findings: Findings) -> tuple[Trend, ...]:
    """Every trend of an edition, the one of the overview last."""
    overview = findings.overview_trend
    return findings.trends if overview is None else (*findings.trends, overview)


class Pair(NamedTuple):
    """Two series of one trend, period by period: which is higher."""

    a: Series
    b: Series
    signs: tuple[tuple[date, int], ...]
    """Periods that both have, oldest first: 1 where a is higher, -1 where b is, never 0."""
    newest: date

    def find_sign(self, until: date) -> int:
        """Who was ahead last, up to this period: 0 where nobody was."""
        return next((sign for start, sign in reversed(self.signs) if start <= until), 0)

    def find_turn(self) -> date | None:
        """The period in which who is ahead now went ahead last; None for one who always was."""
        turn = None
        for (_start, before), (start, sign) in zip(self.signs, self.signs[1:], strict=False):
            if sign != before:
                turn = start
        return turn


def find_crossings(old: Sequence[Trend], new: Sequence[Trend]) -> tuple[Change, ...]:
    """Every pair of which another is ahead than in the older edition."""
    known = {trend.key: trend for trend in old}
    return tuple(
        change
        for trend in new
        if trend.sampled and trend.key in known
        for change in _compare_orders(known[trend.key], trend)
    )


def find_revisions(old: Sequence[Trend], new: Sequence[Trend], asked: date) -> tuple[Change, ...]:
    """Per series, the values of periods that were over on `asked`, the older edition's day.

    A source that draws another sample for each request revises nothing by it.
    """
    known = {key: series for trend in old for key, (_trend, series) in _index(trend).items()}
    return tuple(
        _tell_revision(trend, series, revised, asked)
        for trend in new
        if trend.kind != "bars"
        for key, (_trend, series) in _index(trend).items()
        if key in known and not series.band
        if (revised := _list_revised(known[key], series, asked))
    )


def _index(trend: Trend) -> Mapping[Key, tuple[Trend, Series]]:
    return {
        (trend.key, one.source, one.metric, one.subject, one.label): (trend, one)
        for one in trend.series
        if one.drawn
    }


def _compare_orders(old: Trend, new: Trend) -> Iterator[Change]:
    before, now = _index(old), _index(new)
    for one, other in combinations(now, 2):
        if one not in before or other not in before:
            continue
        # An edition of an older version does not say what its values are: the newer one does.
        earlier = _make_pair(before[one][1], before[other][1], new.estimate)
        later = _make_pair(now[one][1], now[other][1], new.estimate)
        if earlier is None or later is None:
            continue
        then, since = earlier.find_sign(earlier.newest), later.find_sign(later.newest)
        if then and since and then != since and later.newest >= earlier.newest:
            yield _tell_crossing(new, earlier, later)


def _make_pair(a: Series, b: Series, estimate: Estimate) -> Pair | None:
    """None where the two have no period in common, or are not of different frameworks."""
    if a.subject == b.subject or (a.source, a.metric, a.resolution) != (
        b.source,
        b.metric,
        b.resolution,
    ):
        return None
    first, second = (
        {point.start: point for point in one.points if point.label != SO_FAR} for one in (a, b)
    )
    leads = list_leads(first, second, estimate, a.resolution)
    if not leads:
        return None
    return Pair(a, b, tuple((day, sign) for day, sign in leads.items() if sign), max(leads))


def _tell_crossing(trend: Trend, earlier: Pair, later: Pair) -> Change:
    ahead, behind = (later.a, later.b) if later.find_sign(later.newest) > 0 else (later.b, later.a)
    then = earlier.find_sign(earlier.newest)
    revised = later.find_sign(earlier.newest) == -then
    turn = later.find_turn()
    values = [
        format_value(next(p.value for p in one.points if p.start == later.newest), trend.unit)
        for one in (ahead, behind)
    ]
    newest = name_period(later.newest, ahead.resolution)
    against = _("{ahead} against {behind} in {period}").format(
        ahead=values[0], behind=values[1], period=newest
    )
    source = cite_source(ahead.source)
    if revised:
        sentence = (
            _("{trend}: {ahead} is ahead of {behind} since {period} ({against}).")
            if turn
            else _("{trend}: {ahead} is ahead of {behind} ({against}).")
        )
        text = _("{source} tells otherwise of periods known before").format(source=source)
        cause = Cause(kind="revised", text=text)
    else:
        # Without a turn among the periods kept, as of counts of one day, only its end is known.
        sentence = (
            _("{trend}: {ahead} passed {behind} in {period} ({against}).")
            if turn
            else _("{trend}: {ahead} passed {behind} by {period} ({against}).")
        )
        text = _("newer values of {source}").format(source=source)
        cause = Cause(kind="new data", text=text)
    return Change(
        kind="crossing",
        what=f"{trend.title}: {join_words(sorted((ahead.title, behind.title)))}",
        before=_("{title} ahead").format(title=behind.title),
        now=_("{title} ahead").format(title=ahead.title),
        sentence=sentence.format(
            trend=trend.title,
            ahead=ahead.title,
            behind=behind.title,
            period=name_period(turn, ahead.resolution) if turn else newest,
            against=against,
        ),
        causes=(cause,),
    )


class Revised(NamedTuple):
    """One value of one period, as told before and as told now."""

    start: date
    before: float
    now: float


def _list_revised(old: Series, new: Series, asked: date) -> list[Revised]:
    values = {(point.start, point.label): point.value for point in old.points}
    return [
        Revised(point.start, values[point.start, point.label], point.value)
        for point in new.points
        if (point.start, point.label) in values
        and point.label != SO_FAR
        and end_period(point.start, new.resolution) <= asked
        and not isclose(point.value, values[point.start, point.label], rel_tol=1e-12, abs_tol=0.0)
    ]


def _tell_revision(trend: Trend, series: Series, revised: Sequence[Revised], asked: date) -> Change:
    largest = max(revised, key=lambda one: abs(one.now - one.before))
    before, now = (format_value(value, trend.unit) for value in (largest.before, largest.now))
    period = name_period(largest.start, series.resolution)
    source = cite_source(series.source)
    what = f"{trend.title}: {series.title}"
    text = ngettext(
        "{what}: One value changed, that of {period}, from {before} to {now}.",
        "{what}: {count} values changed, most that of {period}, from {before} to {now}.",
        len(revised),
    )
    return Change(
        kind="revision",
        what=what,
        before=before,
        now=now,
        sentence=text.format(what=what, count=len(revised), period=period, before=before, now=now),
        causes=(
            Cause(
                kind="revised",
                text=_("{source} tells otherwise of what was over on {day}").format(
                    source=source, day=format_date(asked)
                ),
            ),
        ),
    )
