"""The list of editions and each page state when the next is due; the reader's clock flags a missed one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.heartbeat import Heartbeat
from dlsurvey.render.index import compose_index
from dlsurvey.render.pages import compose_page
from dlsurvey.settings import Survey
from tests.dlsurvey.render.browsing import browser
from tests.dlsurvey.render.sample import make_edition, make_findings

__all__ = ["browser"]

MADE = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PULSE = Heartbeat(last_success=MADE, due=MADE + WEEK, missed_after=MADE + 2 * WEEK)


def write_page(name: str) -> str:
    if name == "index.html":
        return compose_index("index.jinja", Survey(), [], PULSE)
    edition = replace(make_edition(), created_at=MADE, due=MADE + WEEK)
    return compose_page(make_findings(edition=edition), (), "screen")


@pytest.mark.parametrize("name", ["index.html", "report.html"])
@pytest.mark.parametrize(
    ("days", "flagged"), [(13, False), (15, True), (None, False)], ids=["soon", "late", "no script"]
)
def test_the_readers_clock_judges(
    browser: Any,
    tmp_path: Path,
    name: str,
    days: int | None,
    flagged: bool,
) -> None:
    (tmp_path / name).write_text(write_page(name), encoding="utf-8")
    context = browser.new_context(java_script_enabled=days is not None)
    messages: list[str] = []
    context.on("console", lambda message: messages.append(message.text))
    try:
        page = context.new_page()
        if days is not None:
            page.clock.set_fixed_time(MADE + timedelta(days=days))
        page.goto((tmp_path / name).as_uri())
        pulse = page.locator("[data-missed-after]")
        assert "27 November 2026" in pulse.inner_text()
        assert pulse.locator("strong").is_visible() is flagged
        assert messages == []
    finally:
        context.close()


def test_paper_and_older_editions_say_nothing_of_it() -> None:
    edition = replace(make_edition(), created_at=MADE, due=MADE + WEEK)
    paper = compose_page(make_findings(edition=edition), (), "print")
    older = compose_page(make_findings(), (), "screen")
    for page in (paper, older):
        assert "Next edition due" not in page
