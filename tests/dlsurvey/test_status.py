"""A missed run is seen in the status, and not before it is really missed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dlsurvey.config import Config
from dlsurvey.heartbeat import Beat, find_heartbeat
from dlsurvey.settings import Schedule, Settings
from dlsurvey.status import describe_heartbeat

NEWEST = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("days", "missed"), [(0, False), (13, False), (15, True), (400, True)])
def test_a_missed_run_is_flagged(days: int, missed: bool) -> None:
    config = Config(Settings(schedule=Schedule(every="7d")), Path(), {})
    beat = Beat(at=NEWEST, edition="one", is_new=True, seconds={})
    heartbeat = find_heartbeat(config, [beat], [])
    assert heartbeat is not None
    line = describe_heartbeat(heartbeat, NEWEST + timedelta(days=days))
    assert line.startswith("last built 1 November 2026, next due 8 November 2026")
    assert ("OVERDUE" in line) is missed
