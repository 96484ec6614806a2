"""Turns the findings of two editions into what differs between them, each difference with its cause.

Both are found out by the same program, each with the settings of its time: what differs comes from
the evidence, from those settings, or from what the runs themselves recorded.
"""

from collections.abc import Iterator, Sequence

from dlsurvey.analysis.causes import Runs
from dlsurvey.analysis.crossings import find_crossings, find_revisions, list_trends
from dlsurvey.analysis.differences import Cause, Change, Changes
from dlsurvey.analysis.drifts import compare_measurements
from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.provenance import cite_source
from dlsurvey.analysis.turns import compare_claims, compare_verdicts
from dlsurvey.formats import format_date, format_number
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, mark_plural, ngettext
from dlsurvey.records import Gap, Observation

FIRST = mark("This is the first edition: there is nothing to compare it with.")

OPENED = mark_plural("one gap opened: {gaps}", "{count} gaps opened: {gaps}")
CLOSED = mark_plural("one gap closed: {gaps}", "{count} gaps closed: {gaps}")
OTHERWISE = mark_plural(
    "one gap for another reason: {gaps}", "{count} gaps for another reason: {gaps}"
)


def find_changes(
    old: Findings | None, new: Findings, releases: Sequence[Observation] = ()
) -> Changes:
    """What is otherwise in `new`; `releases` are those that came between the two."""
    if old is None:
        previous = new.edition.previous
        reason = _(FIRST)
        if previous is not None:
            reason = _(
                "The edition before it, {previous}, cannot be read here: nothing to compare."
            ).format(previous=previous)
        return Changes(old=None, new=new.edition.id, nothing_because=reason)
    runs = (Runs(old), Runs(new))
    return Changes(
        old=old.edition.id,
        new=new.edition.id,
        changes=(
            *compare_verdicts(old, new, runs),
            *compare_claims(old, new, runs),
            *find_crossings(list_trends(old), list_trends(new)),
            *(_tell_release(one, new) for one in releases),
            *compare_measurements(old, new, runs),
            *find_revisions(list_trends(old), list_trends(new), old.created_at.date()),
        ),
        evidence=tuple(_list_evidence(old, new)),
    )


def _tell_release(release: Observation, new: Findings) -> Change:
    titles = {card.name: card.title for card in new.cards} | {
        one.subject: one.title for trend in new.trends for one in trend.series
    }
    what = f"{titles.get(release.subject, release.subject)} {release.label}"
    source = cite_source(release.source)
    return Change(
        kind="release",
        what=what,
        before="",
        now=release.label,
        sentence=_("{what} was released on {day}.").format(
            what=what, day=format_date(release.start)
        ),
        causes=(Cause(kind="new data", text=_("newer values of {source}").format(source=source)),),
    )


def _list_evidence(old: Findings, new: Findings) -> Iterator[str]:
    """What the newer one stands on, in phrases; every way in which two editions can differ."""
    a, b = old.edition, new.edition
    trials = len(set(b.trials) - set(a.trials))
    gone = len(set(a.trials) - set(b.trials))
    if trials:
        yield ngettext("{count} new trial", "{count} new trials", trials).format(count=trials)
    if gone:
        yield ngettext(
            "{count} trial no longer part of it", "{count} trials no longer part of it", gone
        ).format(count=gone)
    grown = {
        cite_source(source): count - a.observation_lines.get(source, 0)
        for source, count in sorted(b.observation_lines.items())
        if count != a.observation_lines.get(source, 0)
    }
    if grown:
        parts = "; ".join(f"{name}: {format_number(count)}" for name, count in grown.items())
        yield _("new observations ({parts})").format(parts=parts)
    yield from _compare_gaps(old.gaps, new.gaps)
    for one in sorted({*a.versions, *b.versions}):
        versions = [edition.versions.get(one, _("none")) for edition in (a, b)]
        if versions[0] != versions[1]:
            yield _("{name} {now}, before {before}").format(
                name=one, now=versions[1], before=versions[0]
            )
    if a.config_sha256 != b.config_sha256:
        yield _("other settings")
    if a.plan != b.plan:
        yield _("another training plan")


def _compare_gaps(old: Sequence[Gap], new: Sequence[Gap]) -> Iterator[str]:
    before, now = ({gap.what: gap.why for gap in gaps} for gaps in (old, new))
    for words, found in (
        (OPENED, [what for what in now if what not in before]),
        (CLOSED, [what for what in before if what not in now]),
        (OTHERWISE, [what for what in now if before.get(what, now[what]) != now[what]]),
    ):
        if found:
            yield ngettext(*words, len(found)).format(count=len(found), gaps="; ".join(found))
