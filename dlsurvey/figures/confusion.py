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
from dlsurvey.figures.figure import Cell, Figure, Table, name_figure
from dlsurvey.figures.names import label_member
from dlsurvey.figures.sheet import WIDTH, Box, Place, Sheet, Type
from dlsurvey.figures.style import INK, MUTED, RULE, Look
from dlsurvey.formats import format_number, join_words

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


def draw_confusion(workload: WorkloadFindings, _looks: dict[str, Look]) -> Figure | None:
    """One panel per framework and protocol, in default modes; None without a matrix that fits."""
    panels = list_panels(workload)
    if not panels or len(panels[0][1]) > MOST_CLASSES:
        return None
    scale = Scale(
        classes=_shorten(workload.dataset.classes),
        worst=max((one[2] for _, matrix in panels for one in list_mistakes(matrix)), default=0),
    )
    columns = 2 if len(panels) <= 4 else 3
    width = (WIDTH - GAP * (columns - 1)) / columns
    height = width + TITLE
    sheet = Sheet()
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        corner = (column * (width + GAP), row * (height + GAP))
        _draw_panel(sheet, corner, width, panel, scale)
    rows = ceil(len(panels) / columns)
    alt = _describe(workload, panels)
    return Figure(
        key=name_figure(workload.name, "confusion"),
        svg=sheet.write(rows * (height + GAP), alt),
        alt=alt,
        caption=f"Confusion matrices, {workload.title}: each row is a true class, each column what"
        " it was taken for, counted over the test images of all runs. What was right is on the"
        " diagonal, without shade; the darker another cell, the more often one class was taken for"
        " the other, on the same scale in all panels. An empty cell never happened.",
        width="full",
        table=_tabulate(workload, panels),
    )


def list_panels(workload: WorkloadFindings) -> list[Panel]:
    """Of members in default modes; more than four are summed over the protocols."""
    members = [member for member in choose_leading(workload.members) if member.confusion]
    if len(members) <= 4:
        return [(label_member(member, members), member.confusion) for member in members]
    summed: dict[tuple[str, str], list[Member]] = {}
    for member in members:
        summed.setdefault((member.title, member.device), []).append(member)
    devices = {device for _, device in summed}
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


def _draw_panel(sheet: Sheet, corner: Place, width: float, panel: Panel, scale: Scale) -> None:
    """Title, class names on two sides, cells; as wide as `width`, at most so high and the title."""
    title, matrix = panel
    longest = max(map(len, scale.classes))
    margin = 6 + 4.3 * longest
    x, y = corner[0] + margin, corner[1] + TITLE + (10 if longest <= SHORT else margin)
    cell = min(width - margin, width + TITLE - (y - corner[1])) / len(matrix)
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
                box = (x + column * cell, y + row * cell, cell, cell)
                _draw_cell(sheet, box, count, scale.worst * (row != column))
    sheet.add_box((x, y, cell * len(matrix), cell * len(matrix)), edge=MUTED)


def _draw_cell(sheet: Sheet, box: Box, count: int, worst: int) -> None:
    """Shaded by its share of `worst`; not shaded, and muted, where that is zero: the diagonal."""
    x, y, cell, _ = box
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
        wrong = sum(count for _, _, count in mistakes)
        text = f"{title}: {format_number(wrong)} of {format_number(total)} wrong"
        if mistakes:
            most = [f"{names[a]} taken for {names[b]} ({n})" for a, b, n in mistakes[:2]]
            text += f", most often {join_words(most)}"
        parts.append(text)
    return f"Confusion matrices, {workload.title}. {'; '.join(parts)}."


def _tabulate(workload: WorkloadFindings, panels: Sequence[Panel]) -> Table:
    names = workload.dataset.classes
    rows: list[tuple[Cell, ...]] = [
        (title, names[row], names[column], count)
        for title, matrix in panels
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
    ]
    columns = ("framework", "true class", "taken for", "test images")
    return Table(columns=columns, rows=tuple(rows))
