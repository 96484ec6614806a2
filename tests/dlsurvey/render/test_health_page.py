"""The health of the sources, the notes of trends and the overview stand in the page and the data."""

import json
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from dlsurvey.analysis.findings import Findings, Outage, Revision, SourceHealth
from dlsurvey.figures import draw_figures
from dlsurvey.render import render_html
from dlsurvey.render.results import write_results
from tests.dlsurvey.render.sample import make_findings, make_trends

HOSTILE = SourceHealth(
    source="github",
    title="<script>alert(1)</script>",
    state="failed",
    asked=datetime(2026, 11, 20, tzinfo=UTC),
    last_success=datetime(2026, 11, 8, tzinfo=UTC),
    last_failure=datetime(2026, 11, 20, tzinfo=UTC),
    reason="GitHub answered <b>503</b>: wait.",
    age_days=12,
    rhythm="daily",
    due=date(2026, 11, 9),
    overdue=True,
)


def make(**changes: Any) -> Findings:
    findings: Findings = msgspec.structs.replace(
        make_findings(workloads=(), stages=(), cards=()), **changes
    )
    return findings


def test_health_is_a_table_with_reason_age_and_what_is_due() -> None:
    findings = make(trends=(), health=(HOSTILE,))
    page = render_html(findings, draw_figures(findings))
    for words in ("8 November 2026", "12 days", "20 November 2026", "wait.", "failed", "now"):
        assert words in page
    assert "<script>alert" not in page
    assert "<b>503" not in page
    assert "No source has been asked." in render_html(make(trends=()), ())


def test_notes_stand_under_their_trend_and_the_overview_in_the_introduction() -> None:
    trend = make_trends()[0]
    noted = msgspec.structs.replace(trend, notes=("The archive ended <i>early</i>.",))
    overview = msgspec.structs.replace(trend, key="deep-learning-interest", sentence="Many look.")
    findings = make(trends=(noted,), overview_trend=overview)
    page = render_html(findings, draw_figures(findings))
    assert "The archive ended &lt;i&gt;early&lt;/i&gt;." in page
    assert page.index('id="deep-learning"') < page.index("Many look.") < page.index(trend.sentence)
    assert {figure.key for figure in draw_figures(findings)} >= {
        "deep-learning-interest",
        "github-stars",
    }


def test_results_carry_revisions_outages_health_and_the_overview() -> None:
    trend = make_trends()[0]
    day = trend.series[0].points[0].start
    revised = msgspec.structs.replace(
        trend.series[0], revisions=(Revision(start=day, first=1.0, now=2.0, told=day),)
    )
    trend = msgspec.structs.replace(
        trend,
        series=(revised, *trend.series[1:]),
        outages=(Outage(start=day, end=day, sentence="It fell."),),
    )
    findings = make(trends=(trend,), health=(HOSTILE,), overview_trend=make_trends()[0])
    results = json.loads(write_results(findings))
    assert len(results["signals"]) == 2 * len(trend.series)
    first = results["signals"][0]
    assert first["revisions"] == [
        {"start": day.isoformat(), "first": 1.0, "now": 2.0, "told": day.isoformat()}
    ]
    assert first["outages"][0]["sentence"] == "It fell."
    assert results["health"][0]["state"] == "failed"
