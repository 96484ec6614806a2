"""Turns one constructed edition into the page and the PDF that all tests here read."""

import logging
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.render import render_html, render_pdf
from tests.dlsurvey.render.sample import make_findings


class Paper(NamedTuple):
    """A PDF and what WeasyPrint had to say about it."""

    content: bytes
    log: tuple[str, ...]


class Ear(logging.Handler):
    """Keeps every message."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@pytest.fixture(scope="session")
def findings() -> Findings:
    return make_findings()


@pytest.fixture(scope="session")
def figures(findings: Findings) -> tuple[Figure, ...]:
    return draw_figures(findings)


@pytest.fixture(scope="session")
def page(findings: Findings, figures: tuple[Figure, ...]) -> str:
    return render_html(findings, figures)


@pytest.fixture(scope="session")
def ear() -> Iterator[Ear]:
    """Hears warnings of WeasyPrint for the whole session."""
    ear = Ear()
    ear.setLevel(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(ear)
    yield ear
    logger.removeHandler(ear)


@pytest.fixture(scope="session")
def paper(findings: Findings, figures: tuple[Figure, ...], ear: Ear) -> Paper:
    ear.heard.clear()
    content = render_pdf(findings, figures)
    return Paper(content, tuple(ear.heard))
