"""Turns popularity signals into answers to claims: values are set side by side of one source and day only.

What is not newer than a claim cannot test it: it stands in the reason, and decides nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from dlsurvey.analysis.claim_answers import Answer, compare_values, say_open, weigh
from dlsurvey.analysis.claim_data import CrossingTest, DifferenceTest, LeadTest, Outcome, ShareTest
from dlsurvey.analysis.claim_meetings import Meeting, find_meeting
from dlsurvey.analysis.findings import Trend
from dlsurvey.analysis.provenance import IMPORTS
from dlsurvey.analysis.signals import SIGNALS
from dlsurvey.analysis.trend_sentences import name_period
from dlsurvey.formats import format_number, format_value, join_words
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
    outcomes = [_judge_ratio(one.tell(pair[0]), one.tell(pair[1]), test) for one in newer]
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
    verdict: Outcome | None = "higher" if share >= test.least else "lower" if share < 0.5 else None
    names = [titles.get(name, name) for name in pair]
    answer = Answer(
        verdict=weigh([verdict]),
        now=numbers,
        why=_("Of the mentions of {names} together, {name} has {share:.0f} % ({when}).").format(
            names=join_words(names),
            name=names[0],
            share=100 * share,
            when=name_period(meeting.newest, meeting.first.resolution),
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
    outcome = compare_values(meeting.tell(pair[0]), meeting.tell(pair[1]))
    answer = Answer(
        verdict=weigh([outcome]),
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
    if meeting.tell(most) == meeting.tell(least):
        verdict, why = weigh(["equivalent"]), _("All have the same count.")
    else:
        verdict = weigh(["higher"])
        why = _("{most} has the most, {least} the least.").format(
            most=titles.get(most, most), least=titles.get(least, least)
        )
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


def _judge_ratio(subject: float, against: float, test: LeadTest) -> Outcome | None:
    """'higher' where the claim's size is met, None where only its direction is."""
    outcome = compare_values(subject, against)
    if outcome != "higher" or against == 0:
        return outcome
    ratio = subject / against
    met = ratio >= test.least and (test.most is None or ratio <= test.most)
    return "higher" if met else None


def _say_lead(
    meeting: Meeting, pair: tuple[str, str], titles: Mapping[str, str], test: LeadTest
) -> str:
    sentence = _say_ahead(meeting, pair, titles)
    if _judge_ratio(meeting.tell(pair[0]), meeting.tell(pair[1]), test) is None:
        size = _("The direction of the claim stands, its size does not.")
        return f"{sentence} {size}"
    return sentence


def _say_ahead(meeting: Meeting, pair: tuple[str, str], titles: Mapping[str, str]) -> str:
    """'GitHub stars (22 August 2026): TensorFlow is ahead with 1.92 times the value of PyTorch.'"""
    when = name_period(meeting.newest, meeting.first.resolution)
    title = f"{meeting.trend.title} ({when})"
    ranked = sorted(pair, key=lambda name: -meeting.tell(name))
    ahead, behind = (titles.get(name, name) for name in ranked)
    larger, smaller = (meeting.tell(name) for name in ranked)
    if larger == smaller:
        text = _("{title}: {both} are level.")
    elif smaller == 0:
        text = _("{title}: {ahead} is ahead of {behind}.")
    else:
        text = _("{title}: {ahead} is ahead with {times} times the value of {behind}.")
    return text.format(
        title=title,
        both=join_words((ahead, behind)),
        ahead=ahead,
        behind=behind,
        times=format_number(larger / smaller) if smaller else "",
    )


def _say_crossing(meeting: Meeting, pair: tuple[str, str], titles: Mapping[str, str]) -> str:
    """When the subject was ahead for the first time, and since when without a break."""
    first, second = (meeting.values[name] for name in pair)
    name = titles.get(pair[0], pair[0])
    days = list(first)

    def say(day: date) -> str:
        return name_period(day, meeting.first.resolution)

    ahead = [day for day in days if first[day] > second[day]]
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
    behind = [place for place, day in enumerate(days) if first[day] <= second[day]]
    return _("{start}, and lately without a break ({since} and after).").format(
        start=start, since=say(days[behind[-1] + 1])
    )


def _write_values(meeting: Meeting, subjects: Sequence[str], titles: Mapping[str, str]) -> str:
    """'GitHub stars: TensorFlow 197,213, PyTorch 102,529 (GitHub, 22 August 2026)'."""
    values = ", ".join(
        f"{titles.get(name, name)} {format_value(meeting.tell(name), meeting.trend.unit)}"
        for name in subjects
    )
    when = name_period(meeting.newest, meeting.first.resolution)
    return f"{meeting.trend.title}: {values} ({meeting.provenance.source}, {when})"


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
