"""No cell of a CSV is a formula, whatever hides its first character; numbers stay numbers."""

import csv
import io
import re

import pytest

from dlsurvey.figures import Table
from dlsurvey.render.tables import write_csv
from tests.conftest import REPOSITORY

FORMULA = "=cmd|'/c calc'!A1"


def read_back(*cells: object) -> list[str]:
    table = Table(columns=tuple(map(str, cells)), rows=(cells,))  # type: ignore[arg-type]
    header, row = csv.reader(io.StringIO(write_csv(table), newline=""))
    assert len(header) == len(row) == len(cells)
    return row


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\r\n\t ", "\u00a0", "\u3000"])
def test_a_text_that_some_spreadsheet_runs_is_disarmed(before: str, first: str) -> None:
    (cell,) = read_back(f"{before}{first}1+1")
    assert cell == f"'{first}1+1"


def test_a_formula_cannot_begin_in_the_middle() -> None:
    cells = read_back(f'a",{FORMULA}', f"a\n{FORMULA}", f"a;{FORMULA}", f'"{FORMULA}')
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_numbers_and_gaps_stay_what_they_are() -> None:
    assert read_back(-1.5, 3, None, "a-b") == ["-1.5", "3", "", "a-b"]


def test_every_csv_goes_through_here() -> None:
    writers = [
        path.relative_to(REPOSITORY).as_posix()
        for room in ("dlsurvey", "collectors", "experiments")
        for path in (REPOSITORY / room).rglob("*.py")
        if re.search(r"csv\.writer|DictWriter|\.to_csv", path.read_text(encoding="utf-8"))
    ]
    assert writers == ["dlsurvey/render/tables.py"]
