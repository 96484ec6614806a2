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
from dlsurvey.records import Gap, Observation

FIRST = "This is the first edition: there is nothing to compare it with."


def find_changes(
    old: Findings | None, new: Findings, releases: Sequence[Observation] = ()
) -> Changes:
    """What is otherwise in `new`; `releases` are those that came between the two."""
    if old is None:
        previous = new.edition.previous
        reason = FIRST
        if previous is not None:
            reason = f"The edition before it, {previous}, cannot be read here: nothing to compare."
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
        sentence=f"{what} was released on {format_date(release.start)}.",
        causes=(Cause(kind="new data", text=f"newer values of {source}"),),
    )


def _list_evidence(old: Findings, new: Findings) -> Iterator[str]:
    """What the newer one stands on, in phrases; every way in which two editions can differ."""
    a, b = old.edition, new.edition
    trials = len(set(b.trials) - set(a.trials))
    gone = len(set(a.trials) - set(b.trials))
    if trials:
        yield f"{trials} new {'trial' if trials == 1 else 'trials'}"
    if gone:
        yield f"{gone} {'trial' if gone == 1 else 'trials'} no longer part of it"
    grown = {
        cite_source(source): count - a.observation_lines.get(source, 0)
        for source, count in sorted(b.observation_lines.items())
        if count != a.observation_lines.get(source, 0)
    }
    if grown:
        parts = "; ".join(f"{name}: {format_number(count)}" for name, count in grown.items())
        yield f"new observations ({parts})"
    yield from _compare_gaps(old.gaps, new.gaps)
    for one in sorted({*a.versions, *b.versions}):
        versions = [edition.versions.get(one, "none") for edition in (a, b)]
        if versions[0] != versions[1]:
            yield f"{one} {versions[1]}, before {versions[0]}"
    if a.config_sha256 != b.config_sha256:
        yield "other settings"
    if a.plan != b.plan:
        yield "another training plan"


def _compare_gaps(old: Sequence[Gap], new: Sequence[Gap]) -> Iterator[str]:
    before, now = ({gap.what: gap.why for gap in gaps} for gaps in (old, new))
    for words, found in (
        ("opened", [what for what in now if what not in before]),
        ("closed", [what for what in before if what not in now]),
        ("for another reason", [what for what in now if before.get(what, now[what]) != now[what]]),
    ):
        if found:
            count = "one gap" if len(found) == 1 else f"{len(found)} gaps"
            yield f"{count} {words}: {'; '.join(found)}"
