"""Turns counted listings into bars: tokens of each stage, framework beside framework."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from dlsurvey.analysis.studied import CodeCount, CodeFindings
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Figure, Table
from dlsurvey.figures.style import INK, MUTED, Look

KEY = "code-counts"
BAR = 0.17
"""Inches that one bar takes where there is room."""
TALLEST = 7.0
GAP = 0.8
"""Between two stages, in bars."""
COLUMNS = (
    "Stage", "Framework", "Lines", "Tokens", "Names of the framework", "Branches",
)  # fmt: skip


class Side(NamedTuple):
    """One trainer, under the titles of all frameworks that it serves."""

    framework: str
    title: str
    counts: Mapping[str, CodeCount]


def draw_code(code: CodeFindings | None, looks: Mapping[str, Look]) -> Figure | None:
    """One group per stage, one bar per trainer; a stage that a trainer lacks has no bar."""
    if code is None or not code.counts:
        return None
    sides = gather_sides(code.counts)
    stages = list(dict.fromkeys((count.stage, count.stage_title) for count in code.counts))
    rows = len(stages) * (len(sides) + GAP)
    top = max(count.tokens for count in code.counts) or 1
    alt = _describe(sides)
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.35 + min(BAR * rows, TALLEST))
        axes = canvas.add_subplot()
        centres = []
        for number, (stage, _) in enumerate(stages):
            first = number * (len(sides) + GAP)
            centres.append(first + (len(sides) - 1) / 2)
            for place, side in enumerate(sides):
                look = looks.get(side.framework, Look(MUTED, "o", "-"))
                _draw_bar(axes, first + place, side.counts.get(stage), side.title, look, top)
        axes.set_yticks(centres, [title for _, title in stages])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(rows - GAP - 0.3, -0.7)
        axes.set_xlim(0, top * 1.45)
        axes.set_xticks([])
        axes.set_title("Tokens of each stage", loc="left", fontsize=8.5, color=MUTED)
        axes.spines["bottom"].set_visible(False)
        svg = write_svg(canvas, KEY, alt)
    return Figure(
        key=KEY,
        svg=svg,
        alt=alt,
        caption="How much code each stage takes, in tokens, which do not depend on line breaks.",
        width="full",
        table=make_table(code.counts),
    )


def gather_sides(counts: Sequence[CodeCount]) -> tuple[Side, ...]:
    """The counts trainer by trainer, in the order in which they come."""
    sides: dict[str, list[CodeCount]] = {}
    for count in counts:
        sides.setdefault(count.source_sha256, []).append(count)
    return tuple(
        Side(
            same[0].framework,
            same[0].title,
            {count.stage: count for count in same},
        )
        for same in sides.values()
    )


def make_table(counts: Sequence[CodeCount]) -> Table:
    """Every count, one row per stage and framework."""
    return Table(
        columns=COLUMNS,
        rows=tuple(
            (
                count.stage_title,
                count.title,
                count.lines,
                count.tokens,
                len(count.api_names),
                count.branches,
            )
            for count in counts
        ),
    )


def _describe(sides: Sequence[Side]) -> str:
    totals = "; ".join(
        f"{side.title} {sum(count.tokens for count in side.counts.values()):,}" for side in sides
    )
    return (
        f"Bars of the tokens of each stage, framework by framework. All stages together: {totals}."
    )


def _draw_bar(  # noqa: PLR0913, PLR0917 -- one bar is all of these
    axes: Axes, row: float, count: CodeCount | None, title: str, look: Look, top: float
) -> None:
    if count is None:
        axes.text(0.012 * top, row, f"no listing  {title}", va="center", fontsize=7, color=MUTED)
        return
    axes.barh(row, count.tokens, height=0.72, facecolor=look.colour, edgecolor=look.colour)
    axes.text(
        count.tokens + 0.012 * top,
        row,
        f"{count.tokens}  {title}",
        va="center",
        fontsize=7,
        color=look.colour,
        fontweight="bold",
    )
