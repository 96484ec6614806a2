"""Turns citations of works and of data into numbers, and what was cited into the lists at the end."""

import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
from markupsafe import Markup
from msgspec.structs import replace

from dlsurvey.analysis.findings import Provenance
from dlsurvey.analysis.provenance import list_citations
from dlsurvey.errors import RenderError
from dlsurvey.language import gettext as _
from dlsurvey.records import Record

REFERENCES = Path(__file__).parents[1] / "references.toml"


class Reference(Record, frozen=True, kw_only=True):
    """One work that a text may cite."""

    id: str
    title: str
    authors: str = ""
    published_in: str = ""
    year: int | None = None
    url: str = ""
    accessed: date | None = None
    """The day the text was opened; None where only its bibliographic data are given."""
    note: str = ""


class _Library(Record, frozen=True):
    reference: tuple[Reference, ...]


class Citations:
    """Numbers works in the order in which one rendering first cites them."""

    def __init__(self, references: tuple[Reference, ...]) -> None:
        """Start with nothing cited."""
        self._known = {reference.id: reference for reference in references}
        self._cited: list[str] = []

    def cite(self, *identifiers: str) -> Markup:
        """The superscript numbers that lead to the entries; an unknown id is an error."""
        links = []
        for identifier in identifiers:
            if identifier not in self._known:
                raise RenderError(
                    f"A template cites '{identifier}', unknown to {REFERENCES.name}: add it there."
                )
            if identifier not in self._cited:
                self._cited.append(identifier)
            number = self._cited.index(identifier) + 1
            links.append(
                Markup('<a href="#ref-{}" aria-label="{}">{}</a>').format(
                    identifier, _("Reference {number}").format(number=number), number
                )
            )
        return Markup('<sup class="cite">{}</sup>').format(Markup(", ").join(links))

    def list_cited(self) -> list[Reference]:
        """The works cited so far, in the order of their numbers."""
        cited = (self._known[identifier] for identifier in self._cited)
        return [replace(one, note=_(one.note) if one.note else "") for one in cited]


class Source(NamedTuple):
    """One source of data, as the list at the end names it."""

    number: int
    title: str
    url: str
    provenance: Provenance
    """Of its first citation."""


class Sources:
    """Numbers sources of data in the order in which figures and facts first name them: D1, D2."""

    def __init__(self) -> None:
        """Start with none."""
        self._cited: dict[str, Source] = {}

    def cite(self, provenance: Provenance) -> Markup:
        """Where the entries stand; nothing for what was measured for this edition."""
        if provenance.status == "measured":
            return Markup("")
        titles = provenance.source.split("; ")
        addresses = {title: url for url, title in list_citations().items()}
        links = []
        for title in titles:
            url = provenance.url if len(titles) == 1 else addresses.get(title, "")
            source = Source(len(self._cited) + 1, title, url, provenance)
            number = self._cited.setdefault(title, source).number
            links.append(
                Markup('<a href="#data-source-{0}" aria-label="{1}">D{0}</a>').format(
                    number, _("D{number}, a source of data").format(number=number)
                )
            )
        return Markup('<sup class="cite">{}</sup>').format(Markup(", ").join(links))

    def list_cited(self) -> list[Source]:
        """Each source once, in the order of the numbers."""
        return list(self._cited.values())


def read_references() -> tuple[Reference, ...]:
    """All works of the project's list."""
    try:
        content = tomllib.loads(REFERENCES.read_text(encoding="utf-8"))
        return msgspec.convert(content, _Library).reference
    except OSError as error:
        raise RenderError(
            f"{REFERENCES} cannot be read ({error.strerror}): reinstall dlsurvey."
        ) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RenderError(f"The list of references {REFERENCES} is damaged: {error}.") from error
