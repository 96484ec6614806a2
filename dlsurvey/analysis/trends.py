"""Turns observations into trends: series, the sentences they allow, and their alternative text."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from collectors.subjects import EVERY_SUBJECT, Subject
from dlsurvey.analysis.chains import describe_fallbacks, hide_covered, make_provenance
from dlsurvey.analysis.courses import describe_course
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.findings import Outage, Series, SourceHealth, Trend
from dlsurvey.analysis.outages import find_day_outages, find_outages
from dlsurvey.analysis.provenance import cite_source, explain_metric
from dlsurvey.analysis.revisions import Vintages
from dlsurvey.analysis.series import Group, list_groups, make_series
from dlsurvey.analysis.signal import Signal, translate
from dlsurvey.analysis.signals import OVERVIEW, SIGNALS
from dlsurvey.analysis.trend_sentences import (
    describe_end,
    describe_latest,
    describe_moves,
    describe_requests,
    describe_revisions,
)
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

EVERYTHING = Subject(name=EVERY_SUBJECT, title=mark("Deep learning"))


class Basis(NamedTuple):
    """What trends are made of."""

    evidence: Evidence
    vintages: Vintages
    health: Sequence[SourceHealth] = ()


def find_trends(basis: Basis, subjects: Sequence[Subject]) -> tuple[Trend, ...]:
    """Every signal of which anything was observed, in the order of the report."""
    return tuple(
        trend for signal in SIGNALS for trend in _find_signal(translate(signal), basis, subjects)
    )


def find_overview(basis: Basis) -> Trend | None:
    """How much deep learning itself is looked for, from the first source in the chain."""
    everything = msgspec.structs.replace(EVERYTHING, title=_(EVERYTHING.title))
    return next(_find_signal(translate(OVERVIEW), basis, (everything,)), None)


def _find_signal(signal: Signal, basis: Basis, subjects: Sequence[Subject]) -> Iterator[Trend]:
    """One trend; of requests, each of which has a scale of its own, one for each source."""
    if signal.beside and signal.source in set(basis.evidence.select(signal.beside)["source"]):
        signal = msgspec.structs.replace(signal, source="")
    groups = list_groups(signal, basis.evidence, basis.vintages, subjects)
    if not groups:
        return
    if signal.label != "request":
        yield _make_trend(signal, groups, basis)
        return
    sources = {group.source for group in groups}
    for source in sorted(sources, key=lambda name: (name != signal.source, name)):
        own = [group for group in groups if group.source == source]
        apart = signal.source in sources and source != signal.source
        yield _make_trend(_name_apart(signal, source) if apart else signal, own, basis)


def _name_apart(signal: Signal, source: str) -> Signal:
    title = f"{signal.title} ({cite_source(source)})"
    return msgspec.structs.replace(signal, key=f"{signal.key}-{source}", title=title, source="")


def _make_trend(signal: Signal, groups: Sequence[Group], basis: Basis) -> Trend:
    series = hide_covered(make_series(signal, groups, basis.evidence, basis.vintages))
    outages = _find_outages(signal, series, basis.evidence)
    subjects = [group.subject for group in groups]
    notes = (
        *describe_fallbacks(signal, series, subjects, {one.source: one for one in basis.health}),
        *describe_end(signal),
        *(outage.sentence for outage in outages),
        *describe_moves(groups),
        *describe_requests(groups),
        *describe_revisions(signal, series, basis.vintages),
    )
    return Trend(
        key=signal.key,
        title=signal.title,
        unit=signal.unit,
        meaning=" ".join(signal.meaning) or explain_metric(series[0].source, signal.metric),
        kind=signal.kind,
        series=series,
        sentence=describe_latest(signal, series),
        alt=" ".join((describe_course(signal, series, outages), *describe_end(signal))),
        provenance=tuple(
            make_provenance(signal, one, group, series)
            for one, group in zip(series, groups, strict=True)
        ),
        notes=notes,
        outages=outages,
        ended=signal.ends,
        sampled=signal.sampled,
        estimate=signal.estimate,
    )


def _find_outages(
    signal: Signal, series: Sequence[Series], evidence: Evidence
) -> tuple[Outage, ...]:
    if signal.low_share is None:
        return ()
    drawn = [one for one in series if one.drawn]
    days: tuple[Outage, ...] = ()
    if signal.daily:
        rows = evidence.select(signal.metric)
        rows = rows[rows["subject"].isin([one.subject for one in drawn])]
        days = find_day_outages(rows, signal.counted)
    outages = (*days, *find_outages(drawn, signal.low_share, signal.counted))
    return tuple(sorted(outages, key=lambda outage: outage.start))
