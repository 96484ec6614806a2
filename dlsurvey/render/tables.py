"""Turns a figure's table into CSV that a spreadsheet opens without running anything in it."""

import csv
import io

from dlsurvey.figures import Cell, Table

DANGEROUS = ("=", "+", "-", "@")
"""A text that begins so is a formula to some spreadsheet."""


def write_csv(table: Table) -> str:
    """Comma-separated, with a header line; missing values stay empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([disarm(column) for column in table.columns])
    for row in table.rows:
        writer.writerow([disarm(cell) for cell in row])
    return stream.getvalue()


def disarm(cell: Cell) -> Cell:
    """Texts that look like formulas get an apostrophe in front; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    # Tabs and line ends hide a formula from a look at the first character, and split rows.
    text = " ".join(cell.split())
    return f"'{text}" if text.startswith(DANGEROUS) else text
