"""Turns a CSV file of unknown making into numbered rows: bounded, whatever its encoding and line ends."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from collectors.refusals import MalformedError

MAX_FILE_BYTES = 256 * 2**20
MAX_LINE_LENGTH = 2**18
MAX_ROWS = 2_000_000
MAX_COLUMNS = 200
REPLACEMENT = "\ufffd"
CURE = "Export the table again as CSV in UTF-8, and import that file."
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass
class Table:
    """The rows of one file, each with the number of its line; `faults` are rows that cannot be read."""

    path: Path
    delimiter: str = ","
    faults: list[tuple[int, str]] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells; empty lines give no cells."""
        size = self.path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise MalformedError(
                f"{self.path.name} has {size:,} bytes, too many for a table.", CURE
            )
        with self.path.open("rb") as file:
            start = file.read(4096)
            encoding = _find_encoding(start, self.path.name)
            file.seek(0)
            text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=None)
            for number, line in self._lines(text):
                cells = self._split(number, line)
                if cells is not None:
                    yield number, cells

    def _lines(self, text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
        """Lines of bearable length; a quoted cell cannot hold a line break in any table read here."""
        number = 0
        while line := text.readline(MAX_LINE_LENGTH):
            number += 1
            if number > MAX_ROWS:
                raise MalformedError(f"{self.path.name} has more than {MAX_ROWS:,} lines.", CURE)
            if len(line) < MAX_LINE_LENGTH or line.endswith("\n"):
                yield number, line.rstrip("\n")
                continue
            while line and not line.endswith("\n"):
                line = text.readline(MAX_LINE_LENGTH)
            self.faults.append((number, f"It is longer than {MAX_LINE_LENGTH:,} characters."))

    def _split(self, number: int, line: str) -> list[str] | None:
        if REPLACEMENT in line:
            self.faults.append((number, "It is not valid UTF-8."))
            return None
        if not line.strip():
            return []
        try:
            (cells,) = csv.reader([line], delimiter=self.delimiter, strict=True)
        except (csv.Error, ValueError) as error:
            self.faults.append((number, f"Its quotation marks do not match ({error})."))
            return None
        if len(cells) > MAX_COLUMNS:
            self.faults.append((number, f"It has {len(cells):,} columns."))
            return None
        return cells


def _find_encoding(start: bytes, name: str) -> str:
    for bom, encoding in BOMS:
        if start.startswith(bom):
            return encoding
    if b"\0" in start:
        raise MalformedError(f"{name} is no text file.", CURE)
    return "utf-8-sig"
