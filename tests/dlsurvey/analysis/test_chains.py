"""Where a source gives nothing, the next in the chain is shown, and the report says so and why."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from dlsurvey.analysis.findings import SourceHealth
from dlsurvey.records import Gap
from tests.dlsurvey.analysis.signal_samples import find, observe_days
from tests.dlsurvey.samples import NOON, make_observation

PUBLISHED = make_observation(
    source="published", start=date(2025, 12, 31), value=96251, status="published",
    method="observed", retrieved_at=datetime(2026, 8, 22, tzinfo=UTC), resolution="instant",
    url="https://github.com/EvanLi/Github-Ranking",
)  # fmt: skip


def fail(why: str, what: str = "stars of PyTorch") -> SourceHealth:
    gap = Gap(what=what, why=why, cure="Wait.")
    return SourceHealth(
        source="github", title="GitHub", state="failed", rhythm="daily", gaps=(gap,)
    )


def test_live_values_need_no_note(tmp_path: Path) -> None:
    trend = find(tmp_path, make_observation())["github-stars"]
    assert trend.notes == ()
    assert trend.provenance[0].role == ""


def test_published_figures_stand_in_with_reason_and_date(tmp_path: Path) -> None:
    health = (fail("GitHub answered 503."),)
    trend = find(tmp_path, PUBLISHED, health=health)["github-stars"]
    assert trend.notes == (
        "No value of PyTorch came from GitHub. GitHub answered 503. Shown are published figures,"
        " the newest of 31 December 2025.",
    )
    assert trend.provenance[0].role == "stands in for GitHub"
    assert trend.provenance[0].status == "published"


def test_imported_goes_before_published(tmp_path: Path) -> None:
    imported = observe_days(
        [90000.0] * 400, date(2025, 1, 1),
        source="import-github-stars", status="imported", method="imported",
        label="pytorch/pytorch",
    )  # fmt: skip
    trend = find(tmp_path, PUBLISHED, *imported)["github-stars"]
    assert [(one.source, one.drawn) for one in trend.series] == [
        ("import-github-stars", True),
        ("published", False),
    ]
    assert "Shown are imported values" in trend.notes[0]


def test_old_values_of_the_source_itself_say_how_old(tmp_path: Path) -> None:
    old = make_observation(retrieved_at=NOON - timedelta(days=90), start=date(2026, 8, 20))
    trend = find(tmp_path, old, health=(fail("GitHub answered 401.", "GitHub"),))["github-stars"]
    assert trend.notes == (
        "GitHub last gave values of PyTorch on 22 August 2026. GitHub answered 401. Shown are old"
        " values, the newest of 20 August 2026.",
    )


def test_a_gap_of_one_framework_is_not_blamed_on_another(tmp_path: Path) -> None:
    health = (
        SourceHealth(
            source="github", title="GitHub", state="partial", rhythm="daily",
            gaps=(Gap(what="stars of Keras", why="Only Keras failed.", cure="Wait."),),
        ),
    )  # fmt: skip
    trend = find(tmp_path, PUBLISHED, health=health)["github-stars"]
    assert "Only Keras failed" not in " ".join(trend.notes)


def test_sources_are_never_one_series(tmp_path: Path) -> None:
    trend = find(tmp_path, PUBLISHED, make_observation())["github-stars"]
    assert [len(one.points) for one in trend.series] == [1, 1]
    assert [one.role for one in trend.provenance] == [
        "",
        "stands beside GitHub, never joined with it",
    ]
