"""Turns the editions into `reports/index.html`, which lists them, and `feed.xml`, which announces them."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import jinja2

from dlsurvey import __version__
from dlsurvey.characters import show_controls
from dlsurvey.errors import RenderError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.formats import format_date
from dlsurvey.heartbeat import Heartbeat
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, speak, teach
from dlsurvey.records import Edition
from dlsurvey.render.scripts import read_script
from dlsurvey.render.styles import read_style
from dlsurvey.settings import Survey

TEMPLATES = Path(__file__).parents[2] / "templates"
NAMESPACE = uuid.UUID("6f0a2f34-54c5-5d0e-9d6e-3f3a4a1c7b52")
"""Of all ids in feeds of dlsurvey: fixed for good, so that a reader never sees an entry twice."""
FILES = (
    ("report.html", mark("Page"), "text/html"),
    ("report.pdf", mark("PDF"), "application/pdf"),
    ("slides.pdf", mark("Slides"), "application/pdf"),
)


class Entry(NamedTuple):
    """One edition, what changed in it, and its folder where one is there."""

    edition: Edition
    summary: str
    folder: Path | None


class Link(NamedTuple):
    """One file of an edition."""

    href: str
    label: str
    type: str


def write_index(
    reports: Path, survey: Survey, entries: Sequence[Entry], heartbeat: Heartbeat | None = None
) -> None:
    """Write both files where they differ from what is there; `entries` newest first.

    Raises RenderError.
    """
    for name, template in (("index.html", "index.jinja"), ("feed.xml", "feed.xml.jinja")):
        content = compose_index(template, survey, entries, heartbeat).encode()
        path = reports / name
        with explaining(RenderError, f"write {path}"):
            if not path.is_file() or path.read_bytes() != content:
                write_atomic(path, content)


def compose_index(
    template: str, survey: Survey, entries: Sequence[Entry], heartbeat: Heartbeat | None = None
) -> str:
    """One of the two templates, filled, in the survey's language."""
    with speak(survey.language):
        return show_controls(_fill(template, survey, entries, heartbeat))


def _fill(
    template: str, survey: Survey, entries: Sequence[Entry], heartbeat: Heartbeat | None
) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(environment)
    environment.filters |= {"day": format_date, "stamp": write_stamp}
    environment.globals |= {"include_style": read_style, "version": __version__}
    try:
        return environment.get_template(template).render(
            survey=survey,
            entries=[
                {
                    "edition": one.edition,
                    "summary": one.summary,
                    "links": list_links(one),
                    "id": make_id(one.edition),
                }
                for one in entries
            ],
            feed_id=make_feed_id(entries),
            heartbeat=heartbeat,
            script=read_script(TEMPLATES / "index.js") if heartbeat else None,
        )
    except jinja2.TemplateError as error:
        raise RenderError(
            f"The templates in {TEMPLATES} cannot be rendered ({error}): reinstall dlsurvey."
        ) from error


def list_links(entry: Entry) -> tuple[Link, ...]:
    """The files a reader may open, as addresses below the index."""
    folder = entry.folder
    if folder is None:
        return ()
    return tuple(
        Link(f"{quote(folder.name, safe='')}/{name}", _(label), kind)
        for name, label, kind in FILES
        if (folder / name).is_file()
    )


def make_id(edition: Edition) -> str:
    """The same for one edition wherever and however often it is rendered."""
    return uuid.uuid5(NAMESPACE, f"{edition.id} {edition.evidence_sha256}").urn


def make_feed_id(entries: Sequence[Entry]) -> str:
    """That of the survey: from its first edition, which stays the first."""
    first = entries[-1].edition if entries else None
    return uuid.uuid5(NAMESPACE, f"feed {first.evidence_sha256 if first else ''}").urn


def write_stamp(moment: datetime) -> str:
    """RFC 3339, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
