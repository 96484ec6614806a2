"""The newest evidence of an edition is what was measured or retrieved last, not what was printed."""

from datetime import date, timedelta

from msgspec.structs import replace

from dlsurvey.analysis.age import find_newest_day
from tests.dlsurvey.render.extremes import make_empty
from tests.dlsurvey.render.sample import make_findings


def test_trials_and_retrieved_values_count_and_printed_ones_do_not() -> None:
    findings = make_findings()
    newest = find_newest_day(findings)
    trend = findings.trends[0]
    later = newest + timedelta(days=3)
    for status, day in (("live", later), ("published", newest)):
        one = replace(trend.provenance[0], status=status, date=later)
        changed = replace(findings, trends=(replace(trend, provenance=(one,)),))
        assert find_newest_day(replace(changed, trials=findings.trials)) == max(
            day, max((trial.started_at.date() for trial in findings.trials), default=date.min)
        )


def test_without_evidence_it_is_the_day_of_the_edition() -> None:
    empty = make_empty()
    assert find_newest_day(empty) == empty.created_at.date()
