"""Turns confusion matrices into panels that share one scale: which classes are taken for which.

What is right stands on the diagonal and is not shaded, or its thousands would hide every mistake.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Member
from dlsurvey.analysis.members import Matrix, sum_confusions
from dlsurvey.analysis.modes import choose_leading
from dlsurvey.analysis.setups import name_device
from dlsurvey.figures.figure import Cell, Figure, Mark, Table, name_figure
from dlsurvey.figures.letters import count_letters
from dlsurvey.figures.names import label_member
from dlsurvey.figures.sheet import WIDTH, Box, Place, Sheet, Type
from dlsurvey.figures.style import INK, MUTED, RULE, Look
from dlsurvey.formats import format_number, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

MOST_CLASSES = 12
"""More classes leave no room for a number in each cell; their matrices are in results.json."""
MOST_PANELS = 9
GAP = 12.0
DARKEST = (166, 54, 3)
"""A dark orange: dark in grey as well."""

Panel = tuple[str, Matrix]
TITLE = 14.0
SHORT = 2
"""Class names of more letters are turned above the columns."""


class Scale(NamedTuple):
    """What all panels share."""

    classes: Sequence[str]
    worst: int
    """The most frequent mistake: the darkest cell."""


class Grid(NamedTuple):
    """Where the cells of one panel stand."""

    x: float
    y: float
    cell: float

    def place(self, row: int, column: int) -> Box:
        """One cell."""
        return (self.x + column * self.cell, self.y + row * self.cell, self.cell, self.cell)


def draw_confusion(workload: WorkloadFindings, _looks: dict[str, Look]) -> Figure | None:
    """One panel per framework and protocol, in default modes; None without a matrix that fits."""
    panels = list_panels(workload)
    if not panels or len(panels[0][1]) > MOST_CLASSES:
        return None
    scale = Scale(
        classes=_shorten(workload.dataset.classes),
        worst=max(
            (one[2] for _title, matrix in panels for one in list_mistakes(matrix)), default=0
        ),
    )
    columns = 2 if len(panels) <= 4 else 3
    # One point is for the right edge of the last panel.
    width = (WIDTH - 1 - GAP * (columns - 1)) / columns
    height = width + TITLE
    sheet = Sheet()
    marks: list[Mark] = []
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        corner = (column * (width + GAP), row * (height + GAP))
        grid = _lay_out(corner, width, panel, scale)
        _draw_panel(sheet, corner, grid, panel, scale)
        marks += _list_marks(grid, panel, workload.dataset.classes, place * len(panel[1]))
    rows = ceil(len(panels) / columns)
    alt = _describe(workload, panels)
    return Figure(
        key=name_figure(workload.name, "confusion"),
        svg=sheet.write(rows * (height + GAP), alt),
        alt=alt,
        caption=_(
            "Confusion matrices, {workload}: each row is a true class, each column what"
            " it was taken for, counted over the test images of all runs. What was right is on the"
            " diagonal, without shade; the darker another cell, the more often one class was taken"
            " for the other, on the same scale in all panels. An empty cell never happened."
        ).format(workload=workload.title),
        width="full",
        table=_tabulate(workload, panels),
        marks=tuple(marks),
    )


def list_panels(workload: WorkloadFindings) -> list[Panel]:
    """Of members in default modes; more than four are summed over the protocols."""
    members = [member for member in choose_leading(workload.members) if member.confusion]
    if len(members) <= 4:
        return [(label_member(member, members), member.confusion) for member in members]
    summed: dict[tuple[str, str], list[Member]] = {}
    for member in members:
        summed.setdefault((member.title, member.device), []).append(member)
    devices = {device for _title, device in summed}
    return [
        (
            f"{title} ({name_device(device)})" if len(devices) > 1 else title,
            sum_confusions(member.confusion for member in same),
        )
        for (title, device), same in summed.items()
    ][:MOST_PANELS]


def list_mistakes(matrix: Matrix) -> list[tuple[int, int, int]]:
    """(true class, taken for, how often) of what happened, the most frequent first."""
    found = [
        (row, column, count)
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))


def _lay_out(corner: Place, width: float, panel: Panel, scale: Scale) -> Grid:
    """The cells with room for names on two sides; at most `width` wide, and so high and the title."""
    longest = max(map(count_letters, scale.classes))
    margin = 6 + 4.3 * longest
    x, y = corner[0] + margin, corner[1] + TITLE + (10 if longest <= SHORT else margin)
    return Grid(x, y, min(width - margin, width + TITLE - (y - corner[1])) / len(panel[1]))


def _list_marks(grid: Grid, panel: Panel, names: Sequence[str], first: int) -> list[Mark]:
    """Of every cell, also of those that stand empty: what is pointed at is what is told."""
    title, matrix = panel
    told = []
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            x, y, cell, _height = grid.place(row, column)
            words = (
                _("{panel}: {true} recognised, {count} of {total}")
                if row == column
                else _("{panel}: {true} taken for {other}, {count} of {total}")
            )
            text = words.format(
                panel=title,
                true=names[row],
                other=names[column],
                count=format_number(count),
                total=format_number(sum(counts)),
            )
            box = (round(cell, 1), round(cell, 1))
            told.append(Mark(x=round(x, 1), y=round(y, 1), box=box, series=first + row, text=text))
    return told


def _draw_panel(sheet: Sheet, corner: Place, grid: Grid, panel: Panel, scale: Scale) -> None:
    """Title, class names on two sides, cells."""
    title, matrix = panel
    longest = max(map(count_letters, scale.classes))
    x, y, cell = grid
    sheet.add_text(title, (corner[0], corner[1] + 8), Type(8, anchor="start", bold=True))
    for place, name in enumerate(scale.classes[: len(matrix)]):
        middle = (place + 0.5) * cell
        sheet.add_text(name, (x - 3, y + middle + 2.4), Type(6.8, MUTED, "end"))
        if longest <= SHORT:
            sheet.add_text(name, (x + middle, y - 3), Type(6.8, MUTED))
        else:
            turned = Type(6.8, MUTED, "start", turned=True)
            sheet.add_text(name, (x + middle + 2.4, y - 3), turned)
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            if count or row == column:
                _draw_cell(sheet, grid.place(row, column), count, scale.worst * (row != column))
    sheet.add_box((x, y, cell * len(matrix), cell * len(matrix)), edge=MUTED)


def _draw_cell(sheet: Sheet, box: Box, count: int, worst: int) -> None:
    """Shaded by its share of `worst`; not shaded, and muted, where that is zero: the diagonal."""
    x, y, cell, _height = box
    fill, ink = shade(count, worst) if worst else ("none", MUTED)
    sheet.add_box(box, fill=fill, edge="none" if worst else RULE)
    size = min(7.0, cell / 2.6)
    sheet.add_text(str(count), (x + cell / 2, y + cell / 2 + size * 0.36), Type(size, ink))


def shade(count: int, worst: int) -> tuple[str, str]:
    """The colour of a cell, from nearly white to dark orange by the root of its share; and its ink."""
    strength = 0.08 + 0.92 * sqrt(count / worst)
    red, green, blue = (round(255 + (dark - 255) * strength) for dark in DARKEST)
    return f"#{red:02x}{green:02x}{blue:02x}", "#ffffff" if strength > 0.72 else INK


def _shorten(classes: Sequence[str]) -> list[str]:
    return [name if len(name) <= 11 else f"{name[:10]}…" for name in classes]


def _describe(workload: WorkloadFindings, panels: Sequence[Panel]) -> str:
    names = workload.dataset.classes
    parts = []
    for title, matrix in panels:
        total = sum(map(sum, matrix))
        mistakes = list_mistakes(matrix)
        wrong = sum(count for _row, _column, count in mistakes)
        most = [
            _("{a} taken for {b} ({n})").format(a=names[a], b=names[b], n=n)
            for a, b, n in mistakes[:2]
        ]
        text = (
            _("{title}: {wrong} of {total} wrong, most often {most}")
            if most
            else _("{title}: {wrong} of {total} wrong")
        )
        parts.append(
            text.format(
                title=title,
                wrong=format_number(wrong),
                total=format_number(total),
                most=join_words(most),
            )
        )
    return _("Confusion matrices, {workload}. {panels}.").format(
        workload=workload.title, panels="; ".join(parts)
    )


def _tabulate(workload: WorkloadFindings, panels: Sequence[Panel]) -> Table:
    names = workload.dataset.classes
    rows: list[tuple[Cell, ...]] = [
        (title, names[row], names[column], count)
        for title, matrix in panels
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
    ]
    columns = (mark("framework"), mark("true class"), mark("taken for"), mark("test images"))
    return Table(columns=columns, rows=tuple(rows))
