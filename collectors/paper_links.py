"""Turns a dump of Papers with Code, in any of its formats, into links counted by month and framework.

A dump is read as a stream: however long it is, only the counts are kept.
"""

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, Protocol

from collectors.refusals import MalformedError, Unavailable

ID_COLUMN = "paper_arxiv_id"
FRAMEWORK_COLUMN = "framework"
LAST_MONTH = date(2025, 7, 1)
"""The site was shut down in it: nothing after it was counted any more."""
ARXIV_BEGAN = date(1991, 8, 1)
NONE = "none"
MAX_RECORD_BYTES = 4 * 2**20
MAX_DUMP_BYTES = 16 * 2**30
MAX_ROWS = 50_000_000
MAX_CHUNK_BYTES = 2**30
"""Of one column in one row group of a parquet file, decompressed."""
MAX_FRAMEWORKS = 200
RECORD_DEPTH = 2
MAX_DEPTH = 16
BATCH_ROWS = 8192
ARXIV_ID = re.compile(
    r"(?:[a-z-]{1,20}(?:\.[A-Z]{2})?/)?(?P<year>\d{2})(?P<month>\d{2})(?:\.\d{4,5}|\d{3})(?:v\d{1,3})?"
)
FRAMEWORK = re.compile(r"[a-z0-9][a-z0-9 ._+-]{0,39}")
Link = tuple[str | None, str | None]
"""The arXiv id of a paper, and the framework of its code, both as they stand in the dump."""


@dataclass
class LinkCounts:
    """Links by month and framework, and what could not be counted."""

    months: Counter[tuple[date, str]] = field(default_factory=Counter)
    links: int = 0
    without_month: int = 0
    after_end: int = 0
    unreadable: int = 0

    def add(self, link: Link) -> None:
        """Count one link."""
        self.links += 1
        month = find_month(link[0])
        framework = (link[1] or "").strip().lower() or NONE
        if month is None:
            self.without_month += 1
        elif month > LAST_MONTH:
            self.after_end += 1
        elif not FRAMEWORK.fullmatch(framework):
            self.unreadable += 1
        else:
            self.months[month, framework] += 1

    def total(self) -> dict[date, int]:
        """All links of each month, whatever the framework."""
        totals: Counter[date] = Counter()
        for (month, _), count in self.months.items():
            totals[month] += count
        return dict(sorted(totals.items()))

    def of(self, frameworks: Iterable[str]) -> dict[date, int]:
        """Links of these frameworks, from the first month that has one; then 0 is a count, too."""
        names = {name.lower() for name in frameworks}
        found: Counter[date] = Counter()
        for (month, framework), count in self.months.items():
            if framework in names:
                found[month] += count
        if not found:
            return {}
        first = min(found)
        return {month: found[month] for month in self.total() if month >= first}


class Readable(Protocol):
    """A binary file, or what behaves like one."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most so many."""


class StreamMeter(io.RawIOBase):
    """A stream that refuses to go on where one record, or all of them, are too long."""

    def __init__(self, stream: Readable) -> None:
        """Meter this stream."""
        self.stream = stream
        self.total = 0
        self.since_record = 0

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read for a buffered reader above."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; raises MalformedError beyond the limits."""
        try:
            piece = self.stream.read(size if size > 0 else 2**16)
        except (zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise MalformedError("The dump's compressed data are damaged or cut short.") from error
        self.total += len(piece)
        self.since_record += len(piece)
        if self.since_record > MAX_RECORD_BYTES:
            raise MalformedError(
                f"The dump has a record of more than {MAX_RECORD_BYTES:,} bytes, or none at all."
            )
        if self.total > MAX_DUMP_BYTES:
            raise MalformedError(f"The dump has more than {MAX_DUMP_BYTES:,} bytes.")
        return piece


def count_links(file: IO[bytes]) -> LinkCounts:
    """Read a whole dump of whatever format; raises MalformedError, or Unavailable without pyarrow."""
    counts = LinkCounts()
    for link in read_links(file):
        counts.add(link)
        if counts.links > MAX_ROWS:
            raise MalformedError(f"The dump has more than {MAX_ROWS:,} records.")
        if not counts.links % BATCH_ROWS:
            _check_frameworks(counts)
    _check_frameworks(counts)
    return counts


def read_links(file: IO[bytes]) -> Iterator[Link]:
    """The links of a dump: parquet, JSON or CSV, the latter two also gzipped."""
    magic = file.read(4)
    file.seek(0)
    if magic == b"PAR1":
        yield from _read_parquet(file)
        return
    if magic[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=file) as unzipped:
            yield from _read_text(unzipped)
        return
    yield from _read_text(file)


def find_month(arxiv_id: str | None) -> date | None:
    """The month in which a paper came to arXiv, from its id; None where it has none."""
    match = ARXIV_ID.fullmatch((arxiv_id or "").strip())
    if match is None or not 1 <= int(match["month"]) <= 12:
        return None
    year = int(match["year"])
    month = date(1900 + year if year >= 91 else 2000 + year, int(match["month"]), 1)
    return month if month >= ARXIV_BEGAN else None


def _check_frameworks(counts: LinkCounts) -> None:
    if len({framework for _, framework in counts.months}) > MAX_FRAMEWORKS:
        raise MalformedError(f"The dump names more than {MAX_FRAMEWORKS} frameworks.")


def _read_text(stream: Any) -> Iterator[Link]:
    meter = StreamMeter(stream)
    buffered = io.BufferedReader(meter, 2**16)
    start = buffered.peek(64)[:64].lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if start == b"[":
        return _read_json(buffered, meter)
    if start == b"{":
        raise MalformedError("The dump is one JSON object; a list of records was expected.")
    return _read_csv(buffered, meter)


def _read_json(stream: IO[bytes], meter: StreamMeter) -> Iterator[Link]:
    """A list of records; by events, since ijson's own records slow down with every level of nesting."""
    import ijson

    depth, key = 0, ""
    record: dict[str, object] = {}
    try:
        for event, value in ijson.basic_parse(stream):
            if event == "map_key":
                key = value
            elif event.startswith("start_"):
                depth += 1
                if depth > MAX_DEPTH:
                    raise MalformedError("The dump's records are nested absurdly deep.")
            elif event.startswith("end_"):
                depth -= 1
            elif depth == RECORD_DEPTH and key in (ID_COLUMN, FRAMEWORK_COLUMN):
                record[key] = value
            if depth == 1 and event not in ("start_array", "map_key"):
                meter.since_record = 0
                yield _pick(record)
                record, key = {}, ""
    except (ijson.JSONError, UnicodeDecodeError, OverflowError) as error:
        raise MalformedError("The dump is no complete JSON.") from error


def _pick(record: dict[str, object]) -> Link:
    arxiv_id, framework = record.get(ID_COLUMN), record.get(FRAMEWORK_COLUMN)
    return (
        arxiv_id if isinstance(arxiv_id, str) else None,
        framework if isinstance(framework, str) else None,
    )


def _read_csv(stream: IO[bytes], meter: StreamMeter) -> Iterator[Link]:
    import csv

    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    rows = csv.reader(text)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        if ID_COLUMN not in header or FRAMEWORK_COLUMN not in header:
            raise MalformedError(
                f"The dump is no list of links: it has no columns {ID_COLUMN} and {FRAMEWORK_COLUMN}."
            )
        at, of = header.index(ID_COLUMN), header.index(FRAMEWORK_COLUMN)
        for row in rows:
            meter.since_record = 0
            if row:
                whole = len(row) == len(header)
                yield (row[at], row[of]) if whole else (None, None)
    except csv.Error as error:
        raise MalformedError(f"The dump is no CSV file: {error}.") from error


def _read_parquet(file: IO[bytes]) -> Iterator[Link]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Unavailable(
            "The dump is a parquet file, and pyarrow, which reads it, is not installed.",
            "Run `pip install 'dlsurvey[archive]'`, or import the dump as gzipped JSON or CSV.",
        ) from error
    try:
        table = pq.ParquetFile(file)
        _check_parquet(table.metadata, table.schema_arrow.names)
        columns = [ID_COLUMN, FRAMEWORK_COLUMN]
        for batch in table.iter_batches(batch_size=BATCH_ROWS, columns=columns):
            for record in batch.to_pylist():
                yield _pick(record)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise MalformedError("The dump is a damaged parquet file.") from error


def _check_parquet(metadata: Any, names: list[str]) -> None:
    if ID_COLUMN not in names or FRAMEWORK_COLUMN not in names:
        raise MalformedError(
            f"The dump is no list of links: it has no columns {ID_COLUMN} and {FRAMEWORK_COLUMN}."
        )
    if metadata.num_rows > MAX_ROWS:
        raise MalformedError(f"The dump has more than {MAX_ROWS:,} records.")
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for index in range(metadata.num_columns):
            column = row_group.column(index)
            wanted = column.path_in_schema in (ID_COLUMN, FRAMEWORK_COLUMN)
            if wanted and column.total_uncompressed_size > MAX_CHUNK_BYTES:
                raise MalformedError("The dump's columns are absurdly large.")
