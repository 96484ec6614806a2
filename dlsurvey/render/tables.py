"""Turns a figure's table into CSV that runs nothing in a spreadsheet, and its cells into words."""

import csv
import io
from collections.abc import Iterable
from urllib.parse import quote

from dlsurvey.characters import show_on_line
from dlsurvey.figures import Cell, Figure, Table
from dlsurvey.language import translate_known

DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A text that begins so is a formula to some spreadsheet, in wide letters too."""

CARRIED = 600_000
"""Bytes of files that a page carries inside itself; it has to stay below 3 MB in all."""


def write_csv(table: Table) -> str:
    """Comma-separated, with a header line; missing values stay empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([disarm(column) for column in table.columns])
    for row in table.rows:
        writer.writerow([disarm(cell) for cell in row])
    return stream.getvalue()


def address_files(figures: Iterable[Figure], most: int = CARRIED) -> dict[str, str]:
    """Each figure's file by its key: inside the page, smallest first, as long as there is room.

    What finds none is linked where the edition has it, beside the page.
    """
    inside = {figure.key: address_csv(figure.table) for figure in figures}
    used, addresses = 0, {}
    for key, address in sorted(inside.items(), key=lambda item: (len(item[1]), item[0])):
        used += len(address)
        addresses[key] = address if used <= most else f"tables/{key}.csv"
    return addresses


def address_csv(table: Table) -> str:
    """The whole file as an address, so that a page alone can give it away, without a script."""
    # What stays readable stays short: only what would end or change an address is written as %XX.
    text = quote(write_csv(table), safe="!$'()*,:;=@/?[]^`{|}~")
    return f"data:text/csv;charset=utf-8,{text}"


def disarm(cell: Cell) -> Cell:
    """Texts that look like formulas get an apostrophe in front; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    # Tabs and line ends hide a formula from a look at the first character, and split rows.
    text = " ".join(show_on_line(cell).split())
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write_cell(value: Cell) -> str:
    """A table's cell; a missing value is an en dash, never a zero."""
    match value:
        case None:
            return "–"
        case str():
            return translate_known(value)
        case int():
            return f"{value:,}"
        case _:
            return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
