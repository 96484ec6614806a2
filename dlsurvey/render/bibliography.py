"""Turns cited works, and an edition itself, into BibTeX and into a line of plain text.

A writer of our own: libraries that write BibTeX leave the escaping to the caller, and that is the
whole of the work.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import NamedTuple

from dlsurvey.analysis.findings import Cover
from dlsurvey.characters import show_on_line
from dlsurvey.formats import format_date
from dlsurvey.language import gettext as _
from dlsurvey.language import speak
from dlsurvey.records import Edition
from dlsurvey.render.references import Reference

BIBLIOGRAPHY = "references.bib"
HEAD = "% Works cited in edition {id} of a dlsurvey report, in the order of their numbers. UTF-8.\n"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ESCAPES = {
    # BibTeX counts braces even behind a backslash, so that they need names.
    "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "–": "--", "—": "---",
}  # fmt: skip
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?)+")
_PLACE = re.compile(
    r"(?P<name>.+?)(?: (?P<volume>\d+))?(?: \((?P<number>\d+)\))?(?:, (?P<pages>\d+–\d+))?"
)
_MEETING = re.compile(r"Advances in |Conference|Symposium|Proceedings of Machine Learning")


class Citation(NamedTuple):
    """How to cite one edition."""

    text: str
    bibtex: str


def write_bibliography(works: Iterable[Reference], edition_id: str) -> bytes:
    """The file that stands beside the report: one entry for each work."""
    with speak("en"):  # the rest of an entry is English, whatever the report is
        entries = [_write_entry(*_describe_work(work)) for work in works]
    return "\n".join([HEAD.format(id=_make_key(edition_id)), *entries]).encode()


def find_cited(page: str, references: Iterable[Reference]) -> tuple[Reference, ...]:
    """The works in the list at the end of a composed page, in its order."""
    known = {reference.id: reference for reference in references}
    listed = (unescape(name) for name in re.findall(r'<li id="ref-([^"]*)"', page))
    return tuple(known[name] for name in listed if name in known)


def cite_edition(cover: Cover, edition: Edition) -> Citation:
    """What others write down of this edition; what the cover does not say is left out."""
    title = ": ".join(filter(None, (cover.title, cover.subtitle)))
    where = ", ".join(filter(None, (cover.course, cover.institution)))
    program = f"dlsurvey {edition.versions.get('dlsurvey', '')}".strip()
    text = " ".join(
        f"{part.rstrip('.')}."
        for part in (
            f"{cover.author}: {title}" if cover.author else title,
            ", ".join(filter(None, (where, format_date(cover.date)))),
            _("Edition {id}, written by {program}").format(id=edition.id, program=program),
        )
    )
    fields = {
        "author": _write_author(cover.author),
        "key": "" if cover.author else escape_tex(title),
        "title": f"{{{escape_tex(title)}}}",
        "howpublished": escape_tex(where),
        "year": str(cover.date.year),
        "date": cover.date.isoformat(),
        "note": escape_tex(f"Edition {edition.id}, written by {program}"),
    }
    month = {"month": MONTHS[cover.date.month - 1]}
    return Citation(text, _write_entry("misc", f"dlsurvey-{edition.id}", fields, month))


def escape_tex(text: str) -> str:
    """For a value between braces: on one line, no character with a meaning of its own."""
    line = " ".join(show_on_line(text).split())
    return "".join(ESCAPES.get(letter, letter) for letter in line)


def _describe_work(work: Reference) -> tuple[str, str, dict[str, str]]:
    """Kind, key and fields: plain BibTeX, with `urldate` for those who use biblatex.

    All kinds but @misc need an author, and BibTeX sorts what has none by its `key`.
    """
    kind, place = _classify(work) if work.authors else ("misc", {"howpublished": work.published_in})
    accessed = f"Accessed {format_date(work.accessed)}." if work.accessed else ""
    doi = work.url.removeprefix("https://doi.org/")
    fields = {
        "author": " and ".join(_list_authors(work.authors)),
        "key": "" if work.authors else escape_tex(work.title),
        "title": f"{{{escape_tex(work.title)}}}",
        **{name: escape_tex(value) for name, value in place.items()},
        "year": str(work.year or ""),
        "doi": "" if doi == work.url else escape_tex(doi),
        "url": _write_url(work.url),
        "urldate": work.accessed.isoformat() if work.accessed else "",
        "note": escape_tex(" ".join(filter(None, (accessed, work.note)))),
    }
    return kind, work.id, fields


def _classify(work: Reference) -> tuple[str, dict[str, str]]:
    """What kind of work `published_in` tells of; what is not sure is @misc."""
    text = work.published_in
    match = _PLACE.fullmatch(text)
    name, volume, number, pages = (
        match.group("name", "volume", "number", "pages") if match else (text,) * 4
    )
    if match and volume and pages:
        return "article", {
            "journal": name,
            "volume": volume,
            "number": number or "",
            "pages": pages,
        }
    if _MEETING.search(text):
        meeting = text.removesuffix(f", {pages}") if match and pages else text
        return "inproceedings", {"booktitle": meeting, "pages": pages or "" if match else ""}
    report, _, institution = text.partition(", ")
    if report == "Technical report" and institution:
        return "techreport", {"institution": institution}
    if text.endswith(" Press"):
        return "book", {"publisher": text}
    return "misc", {"howpublished": text}


def _list_authors(authors: str) -> Iterator[str]:
    """'Paszke, A., Gross, S. et al.' is two people and others; a name without initials is one whole."""
    people = authors.removesuffix(" et al.")
    parts = people.split(", ") if people else []
    while parts:
        surname = parts.pop(0)
        if parts and _INITIALS.fullmatch(parts[0]):
            yield f"{escape_tex(surname)}, {escape_tex(parts.pop(0))}"
        else:
            yield f"{{{escape_tex(surname)}}}"
    if people != authors:
        yield "others"


def _write_author(author: str) -> str:
    """As the user wrote it, people apart at ' and '; a name that BibTeX could not read stays whole."""
    people = re.split(r" and ", escape_tex(author), flags=re.IGNORECASE)
    return " and ".join(f"{{{one}}}" if one.count(",") > 1 or "{" in one else one for one in people)


def _write_url(url: str) -> str:
    """Not escaped, which would change where it leads; what would end the value is encoded."""
    return re.sub(r"[\s{}\\]", lambda found: f"%{ord(found.group()):02X}", url)


def _write_entry(
    kind: str, key: str, fields: Mapping[str, str], bare: Mapping[str, str] | None = None
) -> str:
    lines = [f"@{kind}{{{_make_key(key)},"]
    lines += [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    lines += [f"  {name} = {value}," for name, value in (bare or {}).items()]
    return "\n".join([*lines, "}", ""])


def _make_key(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9:.-]+", "-", text)
