"""Turns counted listings into bars: tokens of each stage, framework beside framework."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from dlsurvey.analysis.studied import CodeCount, CodeFindings
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Figure, Table
from dlsurvey.figures.marks import Spot, find_strand, list_strands, place_marks, tagging
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_number
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext

KEY = "code-counts"
BAR = 0.17
"""Inches that one bar takes where there is room."""
TALLEST = 7.0
GAP = 0.8
"""Between two stages, in bars."""
COLUMNS = (
    mark("Stage"), mark("Framework"), mark("Lines"), mark("Tokens"),
    mark("Names of the framework"), mark("Branches"),
)  # fmt: skip


class Side(NamedTuple):
    """One program, under the titles of all frameworks that it serves."""

    framework: str
    title: str
    counts: Mapping[str, CodeCount]


def draw_code(code: CodeFindings | None, looks: Mapping[str, Look]) -> Figure | None:
    """One group per stage, one bar per program; a stage that a program lacks has no bar."""
    if code is None or not code.counts:
        return None
    sides = gather_sides(code.counts)
    stages = list(dict.fromkeys((count.stage, count.stage_title) for count in code.counts))
    rows = len(stages) * (len(sides) + GAP)
    top = max(count.tokens for count in code.counts) or 1
    alt = _describe(sides)
    strands = list_strands([(side.title, _find_look(side, looks)) for side in sides])
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.35 + min(BAR * rows, TALLEST))
        axes = canvas.add_subplot()
        centres = []
        for number, (stage, stage_title) in enumerate(stages):
            first = number * (len(sides) + GAP)
            centres.append(first + (len(sides) - 1) / 2)
            for place, side in enumerate(sides):
                row, count = first + place, side.counts.get(stage)
                strand = find_strand(strands, side.title)
                with tagging(axes, strand):
                    _draw_bar(axes, row, count, side.title, _find_look(side, looks), top)
                if count is not None:
                    words = _tell(side, stage_title, count)
                    # The whole row answers: a short bar is too small to be pointed at.
                    spots.append(Spot(axes, 0, row - 0.45, strand, words, (top, row + 0.45)))
        axes.set_yticks(centres, [title for _stage, title in stages])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(rows - GAP - 0.3, -0.7)
        axes.set_xlim(0, top * 1.45)
        axes.set_xticks([])
        axes.set_title(_("Tokens of each stage"), loc="left", fontsize=8.5, color=MUTED)
        axes.spines["bottom"].set_visible(False)
        svg = write_svg(canvas, KEY, alt)
    return Figure(
        key=KEY,
        svg=svg,
        alt=alt,
        caption=_("How much code each stage takes, in tokens, which do not depend on line breaks."),
        width="full",
        table=make_table(code.counts),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def gather_sides(counts: Sequence[CodeCount]) -> tuple[Side, ...]:
    """The counts program by program, in the order in which they come."""
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


def _find_look(side: Side, looks: Mapping[str, Look]) -> Look:
    return looks.get(side.framework, Look(MUTED, "o", "-"))


def _tell(side: Side, stage: str, count: CodeCount) -> str:
    """What the bar says to a pointer."""
    text = ngettext(
        "{framework}, {stage}: {count} token", "{framework}, {stage}: {count} tokens", count.tokens
    )
    return text.format(framework=side.title, stage=stage, count=format_number(count.tokens))


def _describe(sides: Sequence[Side]) -> str:
    totals = "; ".join(
        f"{side.title} {sum(count.tokens for count in side.counts.values()):,}" for side in sides
    )
    return _(
        "Bars of the tokens of each stage, framework by framework. All stages together: {totals}."
    ).format(totals=totals)


def _draw_bar(  # noqa: PLR0913, PLR0917 -- one bar is all of these
    axes: Axes, row: float, count: CodeCount | None, title: str, look: Look, top: float
) -> None:
    if count is None:
        words = _("no listing") + f"  {title}"
        axes.text(0.012 * top, row, words, va="center", fontsize=7, color=MUTED)
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
