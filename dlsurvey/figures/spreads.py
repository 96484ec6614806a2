"""Turns repeated measurements into dots and intervals: every single run, and the mean."""

from collections.abc import Callable
from typing import NamedTuple

from matplotlib.axes import Axes

from dlsurvey.analysis.findings import Member, Spread, WorkloadFindings
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Cell, Figure, Table, name_figure
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_memory, format_percent, format_seconds


class Quantity(NamedTuple):
    """One measured quantity and how it is shown."""

    field: str
    part: str
    title: str
    unit: str
    scale: float
    """Divides the stored number for the axis."""
    from_zero: bool
    write: Callable[[float], str]


QUANTITIES = (
    Quantity("test_accuracy", "accuracy", "Test accuracy", "%", 0.01, False, format_percent),
    Quantity("epoch_seconds", "seconds", "Seconds per epoch", "s", 1, True, format_seconds),
    Quantity("peak_memory_bytes", "memory", "Peak memory", "MB", 1e6, True, format_memory),
)


def draw_spread(
    workload: WorkloadFindings, quantity: Quantity, looks: dict[str, Look]
) -> Figure | None:
    """One row per member; None where there is nothing to draw."""
    members = [member for member in workload.members if _spread(member, quantity).values]
    if not members:
        return None
    key = name_figure(workload.name, quantity.part)
    alt = describe_spreads(workload.title, quantity, members)
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.62 + 0.4 * len(members))
        axes = canvas.add_subplot()
        for row, member in enumerate(members):
            _draw_row(axes, row, _spread(member, quantity), quantity, looks[member.framework])
        axes.set_yticks(range(len(members)), [_stack_label(member) for member in members])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(len(members) - 0.45, -0.55)
        axes.set_xlabel(f"{quantity.title} ({quantity.unit})")
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        if quantity.from_zero:
            axes.set_xlim(left=0)
        axes.margins(x=0.08)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_caption(workload, quantity, members),
        width="full",
        table=_tabulate(members, quantity),
    )


def label_member(member: Member) -> str:
    """'TensorFlow (graph)': members of one framework are told apart by mode and protocol."""
    return f"{member.title} ({member.mode}, {member.protocol})"


def _stack_label(member: Member) -> str:
    return f"{member.title}\n{member.mode}, {member.protocol}"


def describe_spreads(title: str, quantity: Quantity, members: list[Member]) -> str:
    """The numbers of the figure in words."""
    parts = []
    for member in members:
        spread = _spread(member, quantity)
        text = f"{label_member(member)} {quantity.write(spread.mean)}"
        if spread.low is not None and spread.high is not None:
            text += (
                f", 95 % interval {quantity.write(spread.low)} to {quantity.write(spread.high)}"
                f", {len(spread.values)} runs"
            )
        else:
            text += ", one run" if len(spread.values) == 1 else f", {len(spread.values)} runs"
        parts.append(text)
    return f"{quantity.title}, {title}: {'; '.join(parts)}."


def _spread(member: Member, quantity: Quantity) -> Spread:
    spread: Spread = getattr(member, quantity.field)
    return spread


def _draw_row(axes: Axes, row: int, spread: Spread, quantity: Quantity, look: Look) -> None:
    scale = quantity.scale
    # Runs are fanned out by their order, so that equal values stay visible one by one.
    count = len(spread.values)
    offsets = [0.13 + 0.17 * (run / max(count - 1, 1)) for run in range(count)]
    axes.scatter(
        [value / scale for value in spread.values],
        [row + offset for offset in offsets],
        s=13,
        marker=look.marker,
        facecolors="none",
        edgecolors=look.colour,
        linewidths=0.7,
        alpha=0.85,
    )
    if spread.low is not None and spread.high is not None:
        axes.plot(
            [spread.low / scale, spread.high / scale],
            [row - 0.1, row - 0.1],
            color=look.colour,
            linewidth=2.2,
            solid_capstyle="butt",
        )
    axes.plot(spread.mean / scale, row - 0.1, marker=look.marker, color=look.colour, markersize=6.5)
    axes.annotate(
        quantity.write(spread.mean),
        (1.01, row - 0.1),
        xycoords=("axes fraction", "data"),
        va="center",
        color=INK,
        fontweight="bold",
        annotation_clip=False,
    )
    if count == 1:
        axes.annotate(
            "one run",
            (1.01, row + 0.26),
            xycoords=("axes fraction", "data"),
            va="center",
            color=MUTED,
            fontsize=7.5,
            annotation_clip=False,
        )


def _caption(workload: WorkloadFindings, quantity: Quantity, members: list[Member]) -> str:
    several = any(_spread(member, quantity).low is not None for member in members)
    bar = ", the bar its 95 % interval" if several else ""
    zero = (
        " The axis begins at zero." if quantity.from_zero else " The axis does not begin at zero."
    )
    return (
        f"{quantity.title}, {workload.title}. The filled mark is the mean{bar};"
        f" each hollow mark is one run.{zero}"
    )


def _tabulate(members: list[Member], quantity: Quantity) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for member in members:
        spread = _spread(member, quantity)
        rows.append((label_member(member), "mean", None, spread.mean))
        rows.append((label_member(member), "95 % interval, low", None, spread.low))
        rows.append((label_member(member), "95 % interval, high", None, spread.high))
        for seed, value in zip(spread.seeds, spread.values, strict=True):
            rows.append((label_member(member), "run", seed, value))
    return Table(columns=("framework", "what", "seed", quantity.field), rows=tuple(rows))
