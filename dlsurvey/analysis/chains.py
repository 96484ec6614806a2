"""Turns the series of one signal into a chain of fallbacks: live, cached, imported, archived, published.

The source that is asked first comes first; what stands in for it says so, and why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from collectors.subjects import Subject
from dlsurvey.analysis.findings import Provenance, Series, SourceHealth
from dlsurvey.analysis.provenance import cite_source, describe_source
from dlsurvey.analysis.series import Group, find_status
from dlsurvey.analysis.signal import Signal
from dlsurvey.formats import format_date, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark
from dlsurvey.records import Gap, ObservationStatus
from dlsurvey.telling import translate_told

CHAIN: tuple[ObservationStatus, ...] = (
    "live", "cached", "stale", "imported", "archived", "published",
)  # fmt: skip
WORDS = {
    "live": mark("live values"),
    "cached": mark("cached values"),
    "stale": mark("old values"),
    "imported": mark("imported values"),
    "archived": mark("values of an archive"),
    "published": mark("published figures"),
}
UNASKED = mark("It has not been asked yet.")


def find_tier(series: Series) -> ObservationStatus:
    """The member of the chain that a series is: the best that any of its points is."""
    return min({point.status for point in series.points}, key=CHAIN.index)


def hide_covered(series: Sequence[Series]) -> tuple[Series, ...]:
    """A series lower in the chain is not drawn where a higher one covers its time, as densely."""
    ranks = [_rank(one) for one in series]
    return tuple(
        msgspec.structs.replace(one, drawn=False)
        if any(
            other.subject == one.subject and better < rank and _covers(other, one)
            for other, better in zip(series, ranks, strict=True)
        )
        else one
        for one, rank in zip(series, ranks, strict=True)
    )


def _covers(other: Series, one: Series) -> bool:
    first, last = one.points[0].start, one.points[-1].start
    if other.points[0].start > first or other.points[-1].start < last:
        return False
    within = sum(first <= point.start <= last for point in other.points)
    return within >= len(one.points)


def _rank(series: Series) -> tuple[int, bool]:
    return CHAIN.index(find_tier(series)), series.source.startswith("import-")


def make_provenance(
    signal: Signal, one: Series, group: Group, series: Sequence[Series]
) -> Provenance:
    """Where a series comes from, how old it is, and which member of the chain it is."""
    rows = group.rows
    newest = rows.iloc[-1]
    urls = dict.fromkeys(zip(rows["source"], rows["url"], strict=True))
    names = dict.fromkeys(describe_source(str(source), str(url)) for source, url in urls)
    is_published = one.source == "published"
    return Provenance(
        source="; ".join(names),
        status=find_status(rows),
        date=one.retrieved_at.date(),
        by_year=is_published and one.resolution == "year" and _ends_year(one.retrieved_at),
        note="" if is_published and not group.name else one.title,
        url=str(newest["url"]),
        role=_name_role(signal, one, series),
    )


def _ends_year(printed: datetime) -> bool:
    """Documents of which only the year is known are dated on its last day."""
    return (printed.month, printed.day) == (12, 31)


def _name_role(signal: Signal, one: Series, series: Sequence[Series]) -> str:
    if not signal.source or one.source == signal.source:
        return ""
    title = cite_source(signal.source)
    if not any(other.source == signal.source for other in series if other.subject == one.subject):
        return _("stands in for {title}").format(title=title)
    if not one.drawn:
        return _("not drawn: {title} or a better substitute covers the same time").format(
            title=title
        )
    return _("stands beside {title}, never joined with it").format(title=title)


def describe_fallbacks(
    signal: Signal,
    series: Sequence[Series],
    subjects: Sequence[Subject],
    health: Mapping[str, SourceHealth],
) -> tuple[str, ...]:
    """One sentence for each reason for which something else is shown than was asked for."""
    if not signal.source:
        return ()
    by_reason: dict[tuple[str, str], list[tuple[Subject, Series]]] = {}
    for subject in dict.fromkeys(subjects):
        own = [one for one in series if one.subject == subject.name]
        best = min(own, key=_rank)
        tier = find_tier(best)
        if best.source == signal.source and tier in ("live", "cached", "archived"):
            continue
        reason = find_reason(health.get(signal.source), subject)
        if best.source == signal.source and reason == UNASKED:
            reason = ""
        by_reason.setdefault((reason, tier), []).append((subject, best))
    return tuple(
        _describe_fallback(signal, reason, tier, found)
        for (reason, tier), found in by_reason.items()
    )


def _describe_fallback(
    signal: Signal, reason: str, tier: str, found: Sequence[tuple[Subject, Series]]
) -> str:
    names = join_words([subject.title for subject, _ in found])
    newest = max(one.points[-1].start for _, one in found)
    why = f" {translate_told(reason)}" if reason else ""
    title = cite_source(signal.source)
    shown = _("Shown are {values}, the newest of {day}.").format(
        values=_(WORDS[tier]), day=format_date(newest)
    )
    if tier == "stale":
        asked = max(one.retrieved_at for _, one in found)
        return _("{title} last gave values of {names} on {day}.{why} {shown}").format(
            title=title, names=names, day=format_date(asked), why=why, shown=shown
        )
    return _("No value of {names} came from {title}.{why} {shown}").format(
        names=names, title=title, why=why, shown=shown
    )


def find_reason(health: SourceHealth | None, subject: Subject) -> str:
    """Why a source gave nothing of a subject, in the words of its gap; empty where nobody knows."""
    if health is None:
        return ""
    if health.state == "never asked":
        return UNASKED
    names = (subject.title, subject.name, *subject.repositories, *subject.packages, *subject.tags)
    for gap in health.gaps:
        if any(name.casefold() in gap.what.casefold() for name in names):
            return gap.why
    whole: Sequence[Gap] = health.gaps if health.state == "failed" else ()
    return whole[0].why if whole else ""
