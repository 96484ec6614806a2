"""Turns findings into the day of the newest evidence that they stand on."""

from collections.abc import Iterator
from datetime import date

from dlsurvey.analysis.findings import Findings


def find_newest_day(findings: Findings) -> date:
    """When the newest trial ran or the newest value was retrieved; the edition's own day without any."""
    return max(_list_days(findings), default=findings.created_at.date())


def _list_days(findings: Findings) -> Iterator[date]:
    for trial in findings.trials:
        yield trial.started_at.date()
    overview = [findings.overview_trend] if findings.overview_trend else []
    for trend in (*overview, *findings.trends):
        yield from (one.date for one in trend.provenance if one.status != "published")
