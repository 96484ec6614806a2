"""Turns a rendered edition into pages of a headless browser that notes all it does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.render.edition import render_files
from tests.dlsurvey.render.sample import make_findings
from tests.surroundings import NO_BROWSER, find_browser

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


class Visit(NamedTuple):
    """An open page, and what happened since it was asked for."""

    page: Any
    requests: list[str]
    messages: list[str]
    """Of the console, and errors of scripts."""


Open = Callable[..., Any]
"""Opens `report.html`, or other words; the rest are Playwright's options of a context."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser of the system; Playwright's own would have to be downloaded.

    For one module only: as long as it is open, asyncio has a running loop here.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = find_browser()
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition as it lies on the disk."""
    return write_folder(make_findings(), tmp_path_factory.mktemp("edition"))


def write_folder(findings: Findings, place: Path) -> Path:
    """The edition's files, without the PDF."""
    for name, content in render_files(findings, ("html",)).items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(content)
    return place


@pytest.fixture(scope="module")
def visit(browser: Any, folder: Path) -> Open:
    """Opens a page of the edition, and closes it at the end."""

    @contextmanager
    def open_page(file: Path = folder / "report.html", **options: Any) -> Iterator[Visit]:
        context = browser.new_context(**({"viewport": WIDE} | options))
        visit = Visit(context.new_page(), [], [])
        visit.page.set_default_timeout(10_000)
        context.on("request", lambda request: visit.requests.append(request.url))
        context.on("console", lambda message: visit.messages.append(message.text))
        context.on("weberror", lambda error: visit.messages.append(str(error.error)))
        try:
            visit.page.goto(file.as_uri())
            yield visit
        finally:
            context.close()

    return open_page
