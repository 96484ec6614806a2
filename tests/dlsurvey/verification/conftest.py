"""Turns the sample store into an edition as `dlsurvey build` prints it: sealed, and with own words."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from markupsafe import Markup
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.survey import find_out
from dlsurvey.config import load_config
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.markdown import Part
from dlsurvey.render.edition import write_manifest
from dlsurvey.render.pages import Own
from dlsurvey.render.results import write_results
from dlsurvey.sections import Section
from dlsurvey.settings import Sections
from dlsurvey.store import Store
from tests.conftest import REPOSITORY

TEXT = "In my own words 12 of 34 are right."


def make_section(key: str, title: str, **changes: Any) -> Section:
    """A chapter with a sentence and a table of the author's."""
    rows = "<table><caption>5 rows</caption><tr><th>a</th><td>77</td></tr></table>"
    part = Part("", Markup(f"<p>{TEXT}</p>{rows}"))
    usual = {"position": "before", "anchor": "conclusion"}
    return Section(key=key, name=key, title=title, parts=(part,), **{**usual, **changes})


class Whole(NamedTuple):
    """All that goes into a paper."""

    findings: Findings
    figures: tuple[Figure, ...]
    attached: Mapping[str, bytes]
    own: Own


@pytest.fixture(scope="package")
def edition() -> Whole:
    """With a title of which no font has every letter, and a picture that is not attached."""
    config = load_config(REPOSITORY / "tests" / "sample_store" / "survey.toml", {})
    store = Store(config.store)
    findings = find_out(config, store, store.list_editions()[-1])
    findings = replace(findings, cover=replace(findings.cover, title="🚀 2 नमस्ते ✅"))
    drawn = draw_figures(findings)
    kept = replace(drawn[0], key="mnist-cnn-mistaken", caption="Misread; 7 more were kept.")
    figures = (*drawn, kept)
    own = make_own()
    return Whole(findings, figures, seal(findings, write_results(findings, figures, own)), own)


def make_own() -> Own:
    """A chapter replaced under its own title, one left out, and two more, one named as ours is."""
    title = "The data and the network"
    sections = [
        make_section("data", title, position="replaces", anchor="data"),
        make_section("brief", "In brief"),
        make_section("mine", "Mine, with 1 number"),
    ]
    return Own(sections, Sections(order=("claims", "topic"), drop=("limitations",)))


def seal(findings: Findings, results: bytes) -> dict[str, bytes]:
    """The results with a manifest that lists them."""
    files = {"results.json": results}
    return {**files, "manifest.json": write_manifest(findings, files)}


def alter_results(attached: Mapping[str, bytes], key: str, value: object) -> bytes:
    """What is attached, but for one key."""
    results: dict[str, Any] = json.loads(attached["results.json"])
    return json.dumps({**results, key: value}).encode()


def save(folder: Path, content: bytes) -> Path:
    """A PDF on the disk."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    return path
