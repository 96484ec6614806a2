"""Turns an export of Google Trends, in any language, into series that belong to that export alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from collectors.google_trends import DEEP_LEARNING, UNIT
from collectors.imports.base import ImportedFile, Reading, number_rows, parse_count, show
from collectors.imports.tables import CURE, Table
from collectors.refusals import MalformedError
from collectors.subjects import EVERY_SUBJECT, Subject
from dlsurvey.records import Observation, Resolution

DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
HEADING = re.compile(r"(?P<term>.*?)\s*[:：]\s*[(（](?P<place>.*)[)）]")
BELOW_ONE = re.compile(r"<\s?1")
BELOW_ONE_VALUE = 0.5
MAX_LINES_BEFORE_DATES = 10
MAX_TERMS = 10
DAYS: dict[int, Resolution] = {1: "day", 7: "week"}
DEEP_LEARNING_NAMES = ("deep learning", DEEP_LEARNING)


@dataclass
class _Export:
    """What stands where in the file."""

    category: str = ""
    headings: list[str] = field(default_factory=list)
    rows: list[tuple[int, date, list[str]]] = field(default_factory=list)
    by_month: bool = False


@dataclass(frozen=True)
class _Term:
    """One column of values."""

    place: int
    metric: str
    subject: str


@dataclass(frozen=True)
class GoogleTrendsExport:
    """`multiTimeline.csv`: everything is read by its position, since every word of it is localised."""

    name: str = "google-trends"
    title: str = "multiTimeline.csv as the site exports it, in any language"
    metrics: tuple[str, ...] = ("search_interest", "deep_learning_interest")

    def read(self, file: ImportedFile, subjects: Sequence[Subject]) -> Reading:
        """Read the columns whose terms are known; the scale is that of the whole export."""
        reading = Reading()
        export = _read_export(reading, file)
        resolution = _find_resolution(export)
        starts = [start for _, start, _ in export.rows]
        terms = list(_find_terms(reading, export, subjects))
        label = (
            f"export: {', '.join(show(one) for one in export.headings)};"
            f" {show(export.category) or 'no category'}; by {resolution},"
            f" {min(starts)} to {max(starts)}"
        )
        reading.understood.insert(
            0,
            f"{number_rows(len(export.rows))} by {resolution} from {min(starts)} to {max(starts)},"
            f" of {', '.join(show(one) for one in export.headings)}.",
        )
        for number, start, cells in export.rows:
            _read_row(reading, (number, start, cells), terms, (resolution, label), file)
        return reading


def _read_export(reading: Reading, file: ImportedFile) -> _Export:
    export = _Export()
    before: list[list[str]] = []
    table = Table(file.path)
    for number, cells in table.rows():
        trimmed = _trim(cells)
        match = DATE.match(trimmed[0].strip()) if trimmed else None
        if match is None and not export.rows:
            before += [trimmed] if trimmed else []
            if len(before) > MAX_LINES_BEFORE_DATES:
                break
        elif trimmed:
            _read_dated(reading, export, number, trimmed)
    for number, why in table.faults:
        reading.refuse(f"line {number}", why)
    if not export.rows or not before or len(before[-1]) < 2:
        raise MalformedError(
            f"{file.path.name} is no export of Google Trends: it has no heading with terms followed by"
            " rows with dates.",
            "On the site, press the arrow beside 'Interest over time', and import that file.",
        )
    export.headings = [cell.strip() for cell in before[-1][1:]]
    if len(export.headings) > MAX_TERMS:
        raise MalformedError(f"{file.path.name} compares more terms than Google does.", CURE)
    export.category = before[0][0].partition(":")[2].strip() if len(before) > 1 else ""
    return export


def _trim(cells: list[str]) -> list[str]:
    """Without the empty cells that commas at the end of a line make."""
    length = len(cells)
    while length and not cells[length - 1].strip():
        length -= 1
    return cells[:length]


def _read_dated(reading: Reading, export: _Export, number: int, cells: list[str]) -> None:
    match = DATE.fullmatch(cells[0].strip())
    if match is None:
        reading.refuse(f"line {number}", f"'{show(cells[0])}' is no day and no month.")
        return
    by_month = match[3] is None
    if export.rows and by_month != export.by_month:
        reading.refuse(f"line {number}", "It mixes months with days.")
        return
    try:
        start = date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        reading.refuse(f"line {number}", f"There is no day {show(cells[0])}.")
        return
    export.by_month = by_month
    export.rows.append((number, start, cells))


def _find_resolution(export: _Export) -> Resolution:
    if export.by_month:
        return "month"
    starts = sorted({start for _, start, _ in export.rows})
    gap = min(((after - before).days for before, after in pairwise(starts)), default=0)
    if gap not in DAYS:
        raise MalformedError(
            f"The rows of the export lie {gap} days apart: only days, weeks and months are read."
            if gap
            else "One row does not tell whether the export is by day or by week.",
            "Export a longer span.",
        )
    return DAYS[gap]


def _find_terms(reading: Reading, export: _Export, subjects: Sequence[Subject]) -> Iterator[_Term]:
    known: dict[str, tuple[str, str]] = dict.fromkeys(
        DEEP_LEARNING_NAMES, ("deep_learning_interest", EVERY_SUBJECT)
    )
    for subject in subjects:
        for name in (subject.topic, subject.title, subject.name):
            known[name.lower()] = ("search_interest", subject.name)
    taken: set[tuple[str, str]] = set()
    for place, heading in enumerate(export.headings, start=1):
        match = HEADING.fullmatch(heading)
        term = match["term"] if match else heading
        found = known.get(term.strip().lower()) if term.strip() else None
        where = f"column '{show(heading)}'"
        if found is None:
            reading.refuse(
                where,
                "It is no framework's title or topic; [subjects.NAME] in survey.toml adds one.",
            )
        elif found in taken:
            reading.refuse(where, f"Another column is already that of {found[1]}.")
        else:
            taken.add(found)
            reading.understood.append(f"column '{show(heading)}' is {found[0]} of {found[1]}.")
            yield _Term(place, *found)


def _read_row(
    reading: Reading,
    row: tuple[int, date, list[str]],
    terms: Sequence[_Term],
    identity: tuple[Resolution, str],
    file: ImportedFile,
) -> None:
    number, start, cells = row
    resolution, label = identity
    where = f"line {number}"
    if _find_end(start, resolution) > file.written_at.date():
        reading.refuse(where, f"The {resolution} of {start} was not over when it was exported.")
        return
    for term in terms:
        text = cells[term.place].strip() if term.place < len(cells) else ""
        if not text:
            continue
        value = BELOW_ONE_VALUE if BELOW_ONE.fullmatch(text) else parse_count(text)
        if value is None or not 0 <= value <= 100:
            reading.refuse(where, f"'{show(text)}' is no value from 0 to 100.")
            continue
        observation = Observation(
            source="import-google-trends",
            subject=term.subject,
            metric=term.metric,
            start=start,
            resolution=resolution,
            value=value,
            unit=UNIT,
            retrieved_at=file.written_at,
            url="https://trends.google.com/trends/explore",
            status="imported",
            method="imported",
            raw_sha256=file.sha256,
            label=label,
        )
        reading.accept(where, observation, file.today)


def _find_end(start: date, resolution: Resolution) -> date:
    """The first day after the period."""
    if resolution == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if resolution == "week" else 1)
