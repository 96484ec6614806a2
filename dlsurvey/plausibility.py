"""Turns what a source has just told into what is believed and what is doubtful, by its own past.

A count of what there is grows and does not fall to nothing; a rate does not change a hundredfold, nor
tenfold for every framework at once; a period that is over is not told anew by a multiple; not all
count zero at once; and it is the same repository that answers. What breaks such a rule is doubtful
until the answer after it says the same: a real crash is confirmed by the next run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import NamedTuple, TypeAlias

from collectors.gather import Judged
from dlsurvey.records import Collection, Doubt, Gap, Observation
from dlsurvey.store import Store

IDENTITY = "repository_id"
"""The metric that says which repository answered."""
GROWING = ("stars", "forks", "contributors", "hub_models")
"""Counts of what there is, of which little is ever taken back."""
LEVELS = (*GROWING, "open_issues")
"""Counts of what there is on the day that was asked."""
INDICES = ("search_interest", "deep_learning_interest")
"""Relative to the largest value of one request: only zero everywhere means something."""
FACTS = ("release", "github_release", "wheel_bytes", "direct_dependencies", "newest_python_minor")
"""What a version is, not how much of anything there was in a time."""

LEAST_LEVEL = 0.8
"""The share of the last count below which one that only grows is doubtful."""
LEAST_BACKLOG = 0.1
"""The same for open issues, which may be closed by the thousand."""
LEAST_ELSEWHERE = 0.5
"""The same against another source, which may count a little otherwise."""
GROWTH = 2.0
"""The multiple of the last count above which a count is doubtful; again so much for each year."""
REVISED = 2.0
"""By which multiple a period that was over may be told otherwise, up or down."""
ALONE = 100.0
"""By which multiple a rate may differ from the usual of its series."""
TOGETHER = 10.0
"""By which multiple the rates of all frameworks may do so at once."""
SMALL = 20.0
"""Below it a count is too small to tell a fault from chance."""
RECENT = 12
"""How many periods make what is usual."""
AGREEMENT = 0.8
"""The share of the larger by which two answers say the same."""
CONFIRMING = "Nothing needs to be done: the next `dlsurvey collect` asks again."

Key: TypeAlias = tuple[str, str, str]
"""Subject, metric and label: one series of a source."""


class Known(NamedTuple):
    """The newest count of a series, and its day."""

    start: date
    value: float


@dataclass
class Past:
    """What was believed before, by series, and what the newest answer told that was doubtful."""

    told: dict[Key, dict[date, float]] = field(default_factory=dict)
    elsewhere: dict[Key, Known] = field(default_factory=dict)
    """The newest counts of other sources."""
    doubts: dict[Key, list[Observation]] = field(default_factory=dict)
    present: frozenset[Key] = frozenset()
    """The series that answer now; one that does not may have another name by now."""

    def find_usual(self, key: Key, before: date) -> Known | None:
        """The newest period before that one, and the median up to it; None where there is none."""
        starts = sorted(start for start in self.told.get(key, ()) if start < before)[-RECENT:]
        return Known(starts[-1], median(self.told[key][one] for one in starts)) if starts else None

    def find_level(self, one: Observation) -> Known | None:
        """The newest count up to that day, under its label or a former one."""
        key = _key(one)
        keys = [key] if key in self.told else self.list_former(key)
        known = [
            Known(start, value)
            for former in keys
            for start, value in self.told[former].items()
            if start <= one.start
        ]
        return max(known, key=lambda count: count.start, default=None)

    def list_former(self, key: Key) -> list[Key]:
        """The series of the same subject and metric that no longer answer."""
        return [other for other in self.told if other[:2] == key[:2] and other not in self.present]


def read_past(store: Store, source: str, observations: Sequence[Observation]) -> Past:
    """What the store knows of these series, of this source and, for counts, of the others."""
    past = Past(present=frozenset(map(_key, observations)))
    for one in store.read_observations(source):
        past.told.setdefault(_key(one), {})[one.start] = float(one.value)
    since = _find_previous(store.read_collections(), source)
    for doubt in store.read_doubts(source):
        if since is None or doubt.observation.retrieved_at > since:
            past.doubts.setdefault(_key(doubt.observation), []).append(doubt.observation)
    wanted = {(one.subject, one.metric) for one in observations if one.metric in LEVELS}
    for other in store.count_observation_lines() if wanted else ():
        if other != source:
            for one in store.read_observations(other):
                if (one.subject, one.metric) in wanted:
                    key = (one.subject, one.metric, one.label.casefold())
                    known = past.elsewhere.get(key)
                    if known is None or known.start <= one.start:
                        past.elsewhere[key] = Known(one.start, float(one.value))
    return past


def judge(observations: Sequence[Observation], past: Past) -> Judged:
    """Each observation as believed, or as doubtful with its reason."""
    reasons: dict[int, str] = {}
    for found in (
        _find_others(observations, past),
        _find_zeros(observations, past),
        _find_levels(observations, past),
        _find_rates(observations, past),
    ):
        for place, reason in found:
            reasons.setdefault(place, reason)
    judged = Judged([], [])
    for place, one in enumerate(observations):
        is_asked = one.status in ("live", "cached")
        if place in reasons and is_asked and not _is_confirmed(one, past):
            judged.doubts.append(Doubt(observation=one, reason=reasons[place]))
        else:
            judged.believed.append(one)
    return judged


def explain_doubts(doubts: Sequence[Doubt]) -> Iterator[Gap]:
    """One gap for each metric of each subject, with the reason for the newest of its values."""
    groups: dict[tuple[str, str], list[Doubt]] = {}
    for doubt in doubts:
        one = doubt.observation
        groups.setdefault((one.metric, one.subject), []).append(doubt)
    for (metric, subject), group in groups.items():
        newest = max(group, key=lambda doubt: doubt.observation.start)
        count = f" {len(group):,} of its values are doubtful." if len(group) > 1 else ""
        yield Gap(
            what=f"{metric} of {subject}"[:200], why=f"{newest.reason}{count}", cure=CONFIRMING
        )


def _find_previous(collections: Iterator[Collection], source: str) -> datetime | None:
    """When the answer before the newest one came, so that only the newest can be confirmed."""
    times = [
        one.at for one in collections if one.source == source and (one.observations or one.doubtful)
    ]
    return times[-2] if len(times) > 1 else None


def _find_others(observations: Sequence[Observation], past: Past) -> Iterator[tuple[int, str]]:
    """Everything of a subject for which another repository answers than before."""
    strangers: dict[str, str] = {}
    for one in observations:
        if one.metric != IDENTITY or _is_confirmed(one, past):
            continue
        key = _key(one)
        keys = [key] if key in past.told else past.list_former(key)
        # One that has moved bears another name and keeps its number.
        numbers = [past.told[former][max(past.told[former])] for former in keys]
        if numbers and one.value not in numbers:
            strangers[one.subject] = (
                f"Another repository answers, number {one.value} instead of {numbers[-1]:.0f}:"
                " doubtful until a later answer confirms it."
            )
    for place, one in enumerate(observations):
        if one.subject in strangers:
            yield place, strangers[one.subject]


def _find_zeros(observations: Sequence[Observation], past: Past) -> Iterator[tuple[int, str]]:
    """Periods in which every series counts nothing, though some count much at other times."""
    usual = _measure_usual(observations, past)
    periods: dict[tuple[str, date], list[int]] = {}
    for place, one in enumerate(observations):
        if one.metric not in FACTS and one.metric != IDENTITY:
            periods.setdefault((one.metric, one.start), []).append(place)
    for places in periods.values():
        if any(observations[place].value for place in places):
            continue
        sizes = [usual.get(_key(observations[place])) for place in places]
        is_known = any(size is not None for size in sizes)
        if len(places) > 1 and (not is_known or any(size and size >= SMALL for size in sizes)):
            for place in places:
                if not _is_known(observations[place], past):
                    yield (
                        place,
                        "All are told as 0 at once: doubtful until a later answer confirms it.",
                    )


def _measure_usual(observations: Sequence[Observation], past: Past) -> Mapping[Key, float]:
    """The median of what each series counts where it counts anything, told before or now."""
    counts: dict[Key, list[float]] = {
        key: [value for value in values.values() if value] for key, values in past.told.items()
    }
    for one in observations:
        if one.value:
            counts.setdefault(_key(one), []).append(float(one.value))
    return {key: median(values) for key, values in counts.items() if values}


def _find_levels(observations: Sequence[Observation], past: Past) -> Iterator[tuple[int, str]]:
    """Counts that lie far from the last one, of the source itself or else of another."""
    for place, one in enumerate(observations):
        if one.metric not in LEVELS or _is_known(one, past):
            continue
        known = past.find_level(one)
        least = LEAST_LEVEL if one.metric in GROWING else LEAST_BACKLOG
        if known is None:
            known = past.elsewhere.get((one.subject, one.metric, one.label.casefold()))
            least = min(least, LEAST_ELSEWHERE)
        if known is None or known.start > one.start or max(known.value, one.value) < SMALL:
            continue
        years = (one.start - known.start).days / 365
        most = GROWTH ** (1 + years) * max(known.value, SMALL)
        if not least * known.value <= one.value <= most:
            yield place, _say(one.value, known.value)


def _find_rates(observations: Sequence[Observation], past: Past) -> Iterator[tuple[int, str]]:
    """Periods told anew by a multiple, and new ones that lie far from what is usual."""
    fresh: dict[tuple[str, date], list[tuple[int, float, float, float]]] = {}
    for place, one in enumerate(observations):
        if one.metric in (*LEVELS, *INDICES, *FACTS, IDENTITY) or _is_known(one, past):
            continue
        value = float(one.value)
        before = past.told.get(_key(one), {}).get(one.start)
        if before is not None:
            if max(before, value) >= SMALL and _differ(before, value, REVISED):
                yield place, _say(value, before)
            continue
        known = past.find_usual(_key(one), one.start)
        if known is None or max(known.value, value) < SMALL:
            continue
        # Tenfold for each year in which nobody asked: much can have happened meanwhile.
        room = TOGETHER ** ((one.start - known.start).days / 365)
        fresh.setdefault((one.metric, one.start), []).append((place, value, known.value, room))
        if _differ(known.value, value, ALONE * room):
            yield place, _say(value, known.value)
    for told in fresh.values():
        signs = {
            (value > usual) - (value < usual) if _differ(usual, value, TOGETHER * room) else 0
            for _, value, usual, room in told
        }
        if len(told) > 1 and signs in ({1}, {-1}):
            for place, value, usual, _ in told:
                yield place, _say(value, usual)


def _differ(before: float, now: float, multiple: float) -> bool:
    small, large = sorted((before, now))
    return small * multiple < large


def _is_known(one: Observation, past: Past) -> bool:
    """Whether this very value is believed already."""
    return past.told.get(_key(one), {}).get(one.start) == one.value


def _is_confirmed(one: Observation, past: Past) -> bool:
    """Whether the answer before said the same, of this period or else of its newest."""
    earlier = [
        doubt for doubt in past.doubts.get(_key(one), ()) if doubt.retrieved_at < one.retrieved_at
    ]
    same = [doubt for doubt in earlier if doubt.start == one.start] or earlier
    if not same:
        return False
    told = max(same, key=lambda doubt: (doubt.retrieved_at, doubt.start)).value
    if one.metric == IDENTITY:
        return told == one.value
    small, large = sorted((told, one.value))
    return small >= AGREEMENT * large


def _say(now: float, before: float) -> str:
    return (
        f"The source tells {now:,.0f} after {before:,.0f}:"
        " doubtful until a later answer confirms it."
    )


def _key(one: Observation) -> Key:
    return (one.subject, one.metric, one.label)
