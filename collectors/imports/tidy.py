"""Turns a tidy table, one value a row, into observations of any metric: the way in for anything else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

import msgspec

from collectors.imports.base import (
    ImportedFile,
    Reading,
    is_formula,
    number_rows,
    parse_count,
    parse_day,
    show,
)
from collectors.imports.tables import CURE, Table
from collectors.refusals import MalformedError
from collectors.subjects import EVERY_SUBJECT, SUBJECT_NAME, Subject
from dlsurvey.characters import show_on_line
from dlsurvey.records import Observation, Resolution

REQUIRED = ("subject", "metric", "start", "resolution", "value", "unit")
OPTIONAL = ("label", "source_note")
METRIC = re.compile(r"[a-z][a-z0-9_]{0,63}")
START = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
MAX_TEXT_LENGTH = 200
FIRST_MONTHS = {"year": (1,), "quarter": (1, 4, 7, 10)}


class _RefusedError(Exception):
    """A row that says something that cannot be taken over."""


@dataclass(frozen=True)
class Tidy:
    """`subject,metric,start,resolution,value,unit` and optionally `label,source_note`."""

    name: str = "tidy"
    title: str = f"CSV of {', '.join(REQUIRED)} and optionally {', '.join(OPTIONAL)}"
    metrics: tuple[str, ...] = ()

    def read(self, file: ImportedFile, subjects: Sequence[Subject]) -> Reading:
        """Read every row; `docs/importing.md` says what may stand in each column."""
        reading = Reading()
        table = Table(file.path)
        rows = table.rows()
        header = [cell.strip().lower() for cell in next(rows, (0, []))[1]]
        places = _find_places(reading, header, file.path.name)
        names = {one.title.lower(): one.name for one in subjects}
        names |= {one.name: one.name for one in subjects}
        count = 0
        for number, cells in rows:
            if not cells:
                continue
            count += 1
            where = f"line {number}"
            try:
                observation = _read_row(cells, places, names, file)
            except _RefusedError as error:
                reading.refuse(where, str(error))
            else:
                reading.accept(where, observation, file.today)
        for number, why in table.faults:
            reading.refuse(f"line {number}", why)
        _explain(reading, count, set(names.values()) | {EVERY_SUBJECT})
        return reading


def _find_places(reading: Reading, header: Sequence[str], file_name: str) -> Mapping[str, int]:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise MalformedError(
            f"{file_name} is no tidy table: it lacks the column {', '.join(missing)}.", CURE
        )
    known = (*REQUIRED, *OPTIONAL)
    for place, name in enumerate(header):
        if name and name not in known:
            reading.refuse(f"column '{show(name)}'", f"It is none of {', '.join(known)}.")
        elif name in header[:place]:
            reading.refuse(f"column '{show(name)}'", "It stands there a second time.")
    return {name: header.index(name) for name in known if name in header}


def _read_row(
    cells: Sequence[str],
    places: Mapping[str, int],
    names: Mapping[str, str],
    file: ImportedFile,
) -> Observation:
    texts = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()
    }
    for name, text in texts.items():
        if not text and name in REQUIRED:
            raise _RefusedError(f"It has no {name}.")
        if len(text) > MAX_TEXT_LENGTH or show_on_line(text) != text:
            raise _RefusedError(f"Its {name} is too long, or holds control characters.")
        if name not in ("value", "start") and is_formula(text):
            raise _RefusedError(f"Its {name} starts as a formula does: '{show(text)}'.")
    value = parse_count(texts["value"])
    if value is None:
        raise _RefusedError(f"'{show(texts['value'])}' is no number such as 12 or 0.5.")
    resolution = _read_resolution(texts["resolution"])
    if not METRIC.fullmatch(texts["metric"]):
        raise _RefusedError(
            f"'{show(texts['metric'])}' is no metric: use small letters, digits and _."
        )
    return Observation(
        source="import-tidy",
        subject=_read_subject(texts["subject"], names),
        metric=texts["metric"],
        start=_read_start(texts["start"], resolution),
        resolution=resolution,
        value=value,
        unit=texts["unit"],
        retrieved_at=file.written_at,
        url=texts.get("source_note", ""),
        status="imported",
        method="imported",
        raw_sha256=file.sha256,
        label=texts.get("label", ""),
    )


def _read_subject(text: str, names: Mapping[str, str]) -> str:
    subject = names.get(text.lower(), text.lower())
    if not re.fullmatch(SUBJECT_NAME, subject):
        raise _RefusedError(f"'{show(text)}' is no subject: use small letters, digits, - and _.")
    return subject


def _read_resolution(text: str) -> Resolution:
    try:
        resolution: Resolution = msgspec.convert(text.lower(), Resolution)
    except msgspec.ValidationError:
        known = ", ".join(get_args(Resolution))
        raise _RefusedError(f"'{show(text)}' is no resolution: choose one of {known}.") from None
    return resolution


def _read_start(text: str, resolution: Resolution) -> date:
    day = None
    if START.fullmatch(text):
        day = parse_day(text + "-01-01"[: 10 - len(text)] if len(text) == 4 else text)
        day = parse_day(f"{text}-01") if len(text) == 7 else day
    if day is None:
        raise _RefusedError(f"'{show(text)}' is no start such as 2026-11-20, 2026-11 or 2026.")
    whole = resolution not in ("month", "quarter", "year") or (
        day.day == 1 and day.month in FIRST_MONTHS.get(resolution, range(1, 13))
    )
    if not whole:
        raise _RefusedError(f"{day} is not the first day of a {resolution}.")
    return day


def _explain(reading: Reading, count: int, known: set[str]) -> None:
    metrics = sorted({one.metric for one in reading.observations})
    subjects = sorted({one.subject for one in reading.observations})
    reading.understood.append(f"{number_rows(count)}, each one value.")
    if metrics:
        reading.understood.append(f"Metrics {show(', '.join(metrics))}.")
        reading.understood.append(f"Subjects {show(', '.join(subjects))}.")
    strangers = [name for name in subjects if name not in known]
    if strangers:
        reading.understood.append(
            f"Of these, survey.toml knows no {show(', '.join(strangers))}: stored, but shown only"
            " once [subjects.NAME] names it."
        )
