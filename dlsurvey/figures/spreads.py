"""Turns repeated measurements into dots and intervals: every single run, and the mean."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Member, Spread
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Cell, Figure, Table, name_figure
from dlsurvey.figures.marks import Spot, find_strand, list_strands, place_marks, tagging
from dlsurvey.figures.names import label_member, name_setting
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_memory, format_percent, format_seconds
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext


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


GIGABYTE = 1e9


class _Grouped(ScalarFormatter):
    """All numbers of an axis with the same decimals, and thousands as in the rest of the report."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """'0.50' beside '1.25', '1,500' beside '0'."""
        decimals = len(super().__call__(x, pos).partition(".")[2])
        return f"{x:,.{decimals}f}"


QUANTITIES = (
    Quantity("test_accuracy", "accuracy", mark("Test accuracy"), "%", 0.01, False, format_percent),
    Quantity("epoch_seconds", "seconds", mark("Seconds per epoch"), "s", 1, True, format_seconds),
    Quantity("peak_memory_bytes", "memory", mark("Peak memory"), "MB", 1e6, True, format_memory),
)


def choose_unit(quantity: Quantity, members: Sequence[Member]) -> Quantity:
    """Memory from a gigabyte on is drawn in gigabytes all through a figure, smaller values too."""
    if quantity.unit != "MB":
        return quantity
    if max(max(_spread(member, quantity).values) for member in members) < GIGABYTE:
        return quantity
    return quantity._replace(unit="GB", scale=GIGABYTE, write=_write_gigabytes)


def _write_gigabytes(count: float) -> str:
    return f"{count / GIGABYTE:.2f} GB"


def draw_spread(
    workload: WorkloadFindings, quantity: Quantity, looks: dict[str, Look]
) -> Figure | None:
    """One row per member; None where there is nothing to draw."""
    members = [member for member in workload.members if _spread(member, quantity).values]
    if not members:
        return None
    key = name_figure(workload.name, quantity.part)
    alt = describe_spreads(workload.title, quantity, members)
    quantity = choose_unit(quantity, members)
    strands = list_strands([(member.title, looks[member.framework]) for member in members])
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.62 + 0.4 * len(members))
        axes = canvas.add_subplot()
        for row, member in enumerate(members):
            strand = find_strand(strands, member.title)
            with tagging(axes, strand):
                _draw_row(axes, row, member, quantity, looks[member.framework])
            spots += _list_spots(axes, row, member, members, quantity, strand)
        _arrange_axes(axes, members, quantity)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_caption(workload, quantity, members),
        width="full",
        table=_tabulate(members, quantity),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def _arrange_axes(axes: Axes, members: list[Member], quantity: Quantity) -> None:
    axes.set_yticks(
        range(len(members)), [f"{one.title}\n{name_setting(one, members)}" for one in members]
    )
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_ylim(len(members) - 0.45, -0.55)
    # 'Seconds per epoch' names its unit already.
    unit = "" if quantity.unit == "s" else f" ({quantity.unit})"
    axes.set_xlabel(f"{_(quantity.title)}{unit}")
    axes.xaxis.set_major_formatter(_Grouped())
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    if quantity.from_zero:
        axes.set_xlim(left=0)
    axes.margins(x=0.08)


def describe_spreads(title: str, quantity: Quantity, members: list[Member]) -> str:
    """The numbers of the figure in words."""
    parts = []
    for member in members:
        spread = _spread(member, quantity)
        runs = ngettext("one run", "{n} runs", len(spread.values)).format(n=len(spread.values))
        words = [f"{label_member(member, members)} {quantity.write(spread.mean)}"]
        if spread.low is not None and spread.high is not None:
            words.append(_write_interval(spread.low, spread.high, quantity))
        words.append(runs)
        if member.loaded:
            words.append(
                _("{count} of them while the machine was busy with other things").format(
                    count=member.loaded
                )
            )
        parts.append(", ".join(words))
    return f"{_(quantity.title)}, {title}: {'; '.join(parts)}."


def _write_interval(low: float, high: float, quantity: Quantity) -> str:
    return _("95 % interval {low} to {high}").format(
        low=quantity.write(low), high=quantity.write(high)
    )


def _spread(member: Member, quantity: Quantity) -> Spread:
    spread: Spread = getattr(member, quantity.field)
    return spread


def _draw_row(axes: Axes, row: int, member: Member, quantity: Quantity, look: Look) -> None:
    spread, scale = _spread(member, quantity), quantity.scale
    _draw_runs(axes, row, member, quantity, look)
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
    if len(spread.values) == 1:
        axes.annotate(
            _("one run"),
            (1.01, row + 0.26),
            xycoords=("axes fraction", "data"),
            va="center",
            color=MUTED,
            fontsize=7.5,
            annotation_clip=False,
        )


def _draw_runs(axes: Axes, row: int, member: Member, quantity: Quantity, look: Look) -> None:
    """Every run as a hollow mark; one under foreign load has a cross over it."""
    spread = _spread(member, quantity)
    places = _place_runs(row, spread, quantity)
    axes.scatter(
        [x for x, _y in places],
        [y for _x, y in places],
        s=13,
        marker=look.marker,
        facecolors="none",
        edgecolors=look.colour,
        linewidths=0.7,
        alpha=0.85,
    )
    loaded = [
        place
        for place, seed in zip(places, spread.seeds, strict=True)
        if seed in member.loaded_seeds
    ]
    if loaded:
        axes.scatter(
            [x for x, _y in loaded],
            [y for _x, y in loaded],
            s=34,
            marker="x",
            color=INK,
            linewidths=0.9,
        )


def _place_runs(row: int, spread: Spread, quantity: Quantity) -> list[tuple[float, float]]:
    # Runs are fanned out by their order, so that equal values stay visible one by one.
    last = max(len(spread.values) - 1, 1)
    return [
        (value / quantity.scale, row + 0.13 + 0.17 * run / last)
        for run, value in enumerate(spread.values)
    ]


def _list_spots(  # noqa: PLR0913, PLR0917 -- a row is all of these
    axes: Axes, row: int, member: Member, members: list[Member], quantity: Quantity, strand: int
) -> list[Spot]:
    """The mean with its interval, then every run."""
    spread, name = _spread(member, quantity), label_member(member, members)
    mean = _("{name}, mean: {value}").format(name=name, value=quantity.write(spread.mean))
    if spread.low is not None and spread.high is not None:
        mean += f", {_write_interval(spread.low, spread.high, quantity)}"
    spots = [Spot(axes, spread.mean / quantity.scale, row - 0.1, strand, mean)]
    places = _place_runs(row, spread, quantity)
    for (x, y), seed, value in zip(places, spread.seeds, spread.values, strict=True):
        text = (
            _("{name}, seed {seed}, under foreign load: {value}")
            if seed in member.loaded_seeds
            else _("{name}, seed {seed}: {value}")
        ).format(name=name, seed=seed, value=quantity.write(value))
        spots.append(Spot(axes, x, y, strand, text))
    return spots


def _caption(workload: WorkloadFindings, quantity: Quantity, members: list[Member]) -> str:
    several = any(_spread(member, quantity).low is not None for member in members)
    sentences = [f"{_(quantity.title)}, {workload.title}."]
    sentences.append(
        _("The filled mark is the mean, the bar its 95 % interval; each hollow mark is one run.")
        if several
        else _("The filled mark is the mean; each hollow mark is one run.")
    )
    if any(member.loaded for member in members):
        sentences.append(
            _("A cross marks a run during which other processes kept the machine busy.")
        )
    sentences.append(
        _("The axis begins at zero.")
        if quantity.from_zero
        else _("The axis does not begin at zero.")
    )
    return " ".join(sentences)


def _tabulate(members: list[Member], quantity: Quantity) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for member in members:
        spread, name = _spread(member, quantity), label_member(member, members)
        rows.append((name, mark("mean"), None, spread.mean, None))
        rows.append((name, mark("95 % interval, low"), None, spread.low, None))
        rows.append((name, mark("95 % interval, high"), None, spread.high, None))
        for seed, value in zip(spread.seeds, spread.values, strict=True):
            load = mark("under foreign load") if seed in member.loaded_seeds else None
            rows.append((name, mark("run"), seed, value, load))
    columns = (mark("framework"), mark("what"), mark("seed"), quantity.field, mark("mark"))
    return Table(columns=columns, rows=tuple(rows))
