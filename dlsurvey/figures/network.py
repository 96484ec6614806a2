"""Turns a network's layers and shapes into a diagram of boxes and arrows."""

import math

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Figure, Table, name_figure
from dlsurvey.figures.letters import wrap_words
from dlsurvey.figures.style import FILL, INK, MUTED, Look
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

LONGEST_ROW = 5
ROW_HEIGHT = 1.06
WORDS_WIDE = 14


def draw_network(workload: WorkloadFindings, _looks: dict[str, Look]) -> Figure | None:
    """Boxes from left to right, in as many rows as it takes; None without layers."""
    layers = workload.layers
    if not layers:
        return None
    key = name_figure(workload.name, "network")
    alt = _("Network of {workload}: {layers}").format(
        workload=workload.title,
        layers=_(", then ").join(f"{name} ({shape})" for name, shape in layers),
    )
    rows = math.ceil(len(layers) / LONGEST_ROW)
    columns = math.ceil(len(layers) / rows)
    with drawing():
        canvas = make_canvas(FULL_WIDTH, ROW_HEIGHT * rows)
        canvas.set_layout_engine("none")
        axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        for place, (name, shape) in enumerate(layers):
            row, column = divmod(place, columns)
            _draw_box(axes, column, row, name, shape)
            if place < len(layers) - 1:
                _draw_arrow(axes, column, row, last=column == columns - 1, columns=columns)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_(
            "The network of {workload}, the same in every framework; under each layer"
            " the shape of what leaves it."
        ).format(workload=workload.title),
        width="full",
        table=Table(columns=(mark("layer"), mark("output shape")), rows=layers),
    )


def _draw_box(axes: Axes, column: int, row: int, name: str, shape: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (column + 0.08, row + 0.12),
            0.80,
            0.70,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=FILL,
            edgecolor=MUTED,
            linewidth=0.7,
        )
    )
    # '5 × 5' is one word.
    words = name.replace(" × ", "\u00a0×\u00a0")
    lines = wrap_words(words, WORDS_WIDE, 3)
    axes.text(
        column + 0.48,
        row + 0.37,
        "\n".join(lines),
        ha="center",
        va="center",
        fontsize=7.6,
        color=INK,
        linespacing=1.25,
    )
    axes.text(column + 0.48, row + 0.7, shape, ha="center", va="center", fontsize=7.6, color=MUTED)


def _draw_arrow(axes: Axes, column: int, row: int, *, last: bool, columns: int) -> None:
    arrow = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    if not last:
        axes.annotate(
            "", (column + 1.08, row + 0.47), (column + 0.88, row + 0.47), arrowprops=arrow
        )
        return
    # The row is full: down, back to the left, and into the next row's first box.
    below = row + 0.97
    axes.plot(
        [column + 0.48, column + 0.48, 0.48],
        [row + 0.82, below, below],
        color=MUTED,
        linewidth=0.8,
    )
    axes.annotate("", (0.48, row + 1.12), (0.48, below), arrowprops=arrow)
