"""Turns popularity signals into answers to claims: values are set side by side of one source and day only.

What is not newer than a claim cannot test it: it stands in the reason, and decides nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import inf
from statistics import NormalDist

from dlsurvey.analysis.claim_answers import Answer, say_open, weigh
from dlsurvey.analysis.claim_data import CrossingTest, DifferenceTest, LeadTest, Outcome, ShareTest
from dlsurvey.analysis.claim_meetings import Meeting, find_meeting
from dlsurvey.analysis.findings import Trend
from dlsurvey.analysis.provenance import IMPORTS
from dlsurvey.analysis.signals import SIGNALS
from dlsurvey.analysis.trend_sentences import name_period, write_estimate
from dlsurvey.formats import format_number, join_words
from dlsurvey.language import gettext as _


def answer_lead(
    test: LeadTest, trends: Sequence[Trend], titles: Mapping[str, str], made: int | None = None
) -> Answer:
    """Who is ahead on each signal; one verdict only where all agree, none from mere proxies."""
    pair = (test.subject, test.against)
    found, missing = [], []
    for metrics in test.signals:
        meeting = _find_first(trends, metrics, test, made)
        if meeting is None:
            missing.append(_ask_source(metrics[0], pair, titles, test.unit))
        else:
            found.append(meeting)
    newer = [one for one in found if one.is_newer(made)]
    outcomes = [_judge_ratio(one, test) for one in newer]
    verdict = weigh([*outcomes, *(None for _one in missing)])
    open_ = say_open(weigh(outcomes), missing)
    told = (
        _say_lead(one, pair, titles, test)
        if one.is_newer(made)
        else f"{_say_ahead(one, pair, titles)} {_say_age(one, made)}"
        for one in found
    )
    return Answer(
        verdict="inconclusive" if test.proxies else verdict,
        now="; ".join(_write_values(one, pair, titles) for one in newer),
        why=" ".join(filter(None, (*told, open_, *missing))),
        evidence=_name_signals(found),
    )


def _find_first(
    trends: Sequence[Trend], metrics: Sequence[str], test: LeadTest, made: int | None
) -> Meeting | None:
    """Of the first metric that both have values of, newer than the claim where any are."""
    pair = (test.subject, test.against)
    meetings = [find_meeting(trends, metric, pair, test.unit) for metric in metrics]
    known = [one for one in meetings if one is not None]
    return next((one for one in known if one.is_newer(made)), next(iter(known), None))


def answer_share(
    test: ShareTest, trends: Sequence[Trend], titles: Mapping[str, str], made: int | None = None
) -> Answer:
    """What part of both the subject has, at least so much, or less than half."""
    pair = (test.subject, test.against)
    meeting = find_meeting(trends, test.metric, pair)
    if meeting is None:
        return Answer("inconclusive", "", _ask_source(test.metric, pair, titles))
    subject, against = (meeting.tell(name) for name in pair)
    numbers = _write_values(meeting, pair, titles)
    if subject + against == 0:
        answer = Answer("inconclusive", numbers, _("Neither is named."), _name_signals([meeting]))
        return _mind_age(answer, meeting, made)
    share = subject / (subject + against)
    low, high = share, share
    lead = meeting.compare(*pair)
    if lead.ratio is not None:
        low, high = (ratio / (1 + ratio) if ratio < inf else 1.0 for ratio in lead.ratio)
    elif lead.outcome is None:
        low, high = 0.0, 1.0
    verdict: Outcome | None = "higher" if low >= test.least else "lower" if high < 0.5 else None
    names = [titles.get(name, name) for name in pair]
    text = (
        _("Of the mentions of {names} together, {name} has {share:.0f} % ({when}).")
        if low == high
        else _(
            "Of the mentions of {names} together, {name} has {share:.0f} % ({when}; 95 % interval"
            " {low:.0f} to {high:.0f} %)."
        )
    )
    answer = Answer(
        verdict=weigh([verdict]),
        now=numbers,
        why=text.format(
            names=join_words(names),
            name=names[0],
            share=100 * share,
            when=meeting.when,
            low=100 * low,
            high=100 * high,
        ),
        evidence=_name_signals([meeting]),
    )
    return _mind_age(answer, meeting, made)


def answer_crossing(
    test: CrossingTest, trends: Sequence[Trend], titles: Mapping[str, str], made: int | None = None
) -> Answer:
    """Who is ahead on the newest day, and since when the subject was."""
    pair = (test.subject, test.against)
    meeting = find_meeting(trends, test.metric, pair)
    if meeting is None:
        return Answer("inconclusive", "", _ask_source(test.metric, pair, titles))
    answer = Answer(
        verdict=weigh([meeting.compare(*pair).outcome]),
        now=_write_values(meeting, pair, titles),
        why=f"{_say_ahead(meeting, pair, titles)} {_say_crossing(meeting, pair, titles)}",
        evidence=_name_signals([meeting]),
    )
    return _mind_age(answer, meeting, made)


def answer_difference(
    test: DifferenceTest,
    trends: Sequence[Trend],
    titles: Mapping[str, str],
    made: int | None = None,
) -> Answer:
    """Whether the counts of the frameworks differ, and who has the most and the least."""
    subjects = list(
        dict.fromkeys(
            series.subject
            for trend in trends
            for series in trend.series
            if series.metric == test.metric
        )
    )
    meeting = find_meeting(trends, test.metric, subjects) if len(subjects) > 1 else None
    if meeting is None:
        return Answer("inconclusive", "", _ask_source(test.metric, (), titles))
    ranked = sorted(subjects, key=lambda name: -meeting.tell(name))
    most, least = ranked[0], ranked[-1]
    # The most and the least of several differ by chance more than any two do.
    pairs = len(subjects) * (len(subjects) - 1) / 2
    outcome = meeting.compare(most, least, NormalDist().inv_cdf(1 - 0.025 / pairs)).outcome
    verdict = weigh([outcome])
    if meeting.tell(most) == meeting.tell(least):
        why = _("All have the same count.")
    else:
        why = _("{most} has the most, {least} the least.").format(
            most=titles.get(most, most), least=titles.get(least, least)
        )
        if outcome is None:
            why += " " + _("That may be chance ({when}).").format(when=meeting.when)
    numbers = _write_values(meeting, ranked, titles)
    return _mind_age(Answer(verdict, numbers, why, _name_signals([meeting])), meeting, made)


def _mind_age(answer: Answer, meeting: Meeting, made: int | None) -> Answer:
    """The answer as it is, or, from values not newer than the claim, without verdict and figures."""
    if meeting.is_newer(made):
        return answer
    why = f"{answer.why} {_say_age(meeting, made)}"
    return answer._replace(verdict="inconclusive", now="", why=why)


def _say_age(meeting: Meeting, made: int | None) -> str:
    return _(
        "No count newer than {when} is known to this edition, and the claim is of {year}:"
        " what is not newer than a claim cannot test it."
    ).format(when=name_period(meeting.newest, meeting.first.resolution), year=made)


def _judge_ratio(meeting: Meeting, test: LeadTest) -> Outcome | None:
    """'higher' where the claim's size is met, None where only its direction is, or not even that."""
    lead = meeting.compare(test.subject, test.against)
    subject, against = (meeting.tell(name) for name in (test.subject, test.against))
    if lead.outcome != "higher" or against == 0:
        return lead.outcome
    low, high = lead.ratio or (subject / against, subject / against)
    met = low >= test.least and (test.most is None or high <= test.most)
    return "higher" if met else None


def _say_lead(
    meeting: Meeting, pair: tuple[str, str], titles: Mapping[str, str], test: LeadTest
) -> str:
    sentence = _say_ahead(meeting, pair, titles)
    if _judge_ratio(meeting, test) is None and meeting.compare(*pair).outcome == "higher":
        size = _("The direction of the claim stands, its size does not.")
        return f"{sentence} {size}"
    return sentence


def _say_ahead(meeting: Meeting, pair: tuple[str, str], titles: Mapping[str, str]) -> str:
    """'GitHub stars (22 August 2026): TensorFlow is ahead with 1.92 times the value of PyTorch.'"""
    title = f"{meeting.trend.title} ({meeting.when})"
    lead = meeting.compare(*pair)
    if lead.outcome is None:
        return _("{title}: what the two differ by may be chance.").format(title=title)
    ranked = (pair[1], pair[0]) if lead.outcome == "lower" else pair
    ahead, behind = (titles.get(name, name) for name in ranked)
    larger, smaller = (meeting.tell(name) for name in ranked)
    ratio = meeting.compare(ranked[0], ranked[1]).ratio
    if lead.outcome == "equivalent":
        text = _("{title}: {both} are level.")
    elif smaller == 0 or larger < smaller:
        text = _("{title}: {ahead} is ahead of {behind}.")
    elif ratio is not None and ratio.high < inf:
        text = _(
            "{title}: {ahead} is ahead with {times} times the value of {behind} (95 % interval {low}"
            " to {high})."
        )
    else:
        text = _("{title}: {ahead} is ahead with {times} times the value of {behind}.")
    return text.format(
        low=format_number(ratio.low) if ratio else "",
        high=format_number(ratio.high) if ratio else "",
        title=title,
        both=join_words((ahead, behind)),
        ahead=ahead,
        behind=behind,
        times=format_number(larger / smaller) if smaller else "",
    )


def _say_crossing(meeting: Meeting, pair: tuple[str, str], titles: Mapping[str, str]) -> str:
    """When the subject was ahead for the first time, and since when without a break."""
    leads = meeting.list_leads(*pair)
    name = titles.get(pair[0], pair[0])
    days = list(leads)

    def say(day: date) -> str:
        return name_period(day, meeting.first.resolution)

    ahead = [day for day in days if leads[day] > 0]
    if not ahead:
        return _("In this series, which begins with {first}, {name} never was.").format(
            first=say(days[0]), name=name
        )
    start = (
        _("{name} was ahead when this series began ({first})")
        if ahead[0] == days[0]
        else _("{name} was ahead for the first time in this series ({first})")
    ).format(name=name, first=say(ahead[0]))
    if ahead == days[days.index(ahead[0]) :]:
        return _("{start}, and ever since.").format(start=start)
    if ahead[-1] != days[-1]:
        return _("{start}, but no longer after {last}.").format(start=start, last=say(ahead[-1]))
    behind = [place for place, day in enumerate(days) if leads[day] <= 0]
    return _("{start}, and lately without a break ({since} and after).").format(
        start=start, since=say(days[behind[-1] + 1])
    )


def _write_values(meeting: Meeting, subjects: Sequence[str], titles: Mapping[str, str]) -> str:
    """'GitHub stars: TensorFlow 197,213, PyTorch 102,529 (GitHub, 22 August 2026)'."""
    values = ", ".join(
        f"{titles.get(name, name)} {write_estimate(meeting.select(name), meeting.trend)}"
        for name in subjects
    )
    return f"{meeting.trend.title}: {values} ({meeting.provenance.source}, {meeting.when})"


def _ask_source(metric: str, pair: Sequence[str], titles: Mapping[str, str], unit: str = "") -> str:
    """Which source is missing, and the commands that ask it."""
    signals = [one for one in SIGNALS if one.metric == metric]
    signal = next((one for one in signals if one.unit == unit), signals[0] if signals else None)
    title = _(signal.title) if signal else metric
    source = (signal.source if signal else "") or "published"
    text = (
        _(
            "{title}: this edition has no values of {names} from one source and day;"
            " `dlsurvey collect {source}` asks for them{file}."
        )
        if pair
        else _(
            "{title}: this edition has no values from one source and day;"
            " `dlsurvey collect {source}` asks for them{file}."
        )
    )
    file = _(", `dlsurvey import {source} FILE` reads them from a file").format(source=source)
    return text.format(
        title=title,
        names=join_words([titles.get(name, name) for name in pair]),
        source=source,
        file=file if f"import-{source}" in IMPORTS else "",
    )


def _name_signals(meetings: Sequence[Meeting]) -> tuple[str, ...]:
    return tuple(f"signal/{one.trend.key}/{one.first.source}" for one in meetings)
