"""Turns attained rates into marks below one line: the machine's limit, and how near training came."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from dlsurvey.analysis.limit import write_rate
from dlsurvey.analysis.measured import Spread
from dlsurvey.analysis.sizes import LimitFindings
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Cell, Figure, Table
from dlsurvey.figures.marks import Spot, find_strand, list_strands, place_marks, tagging
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_percent
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

KEY = "limit"
GIGA = 1e9
COLUMNS = (
    mark("framework"), mark("what"), mark("run"), mark("operations a second"),
    mark("share of the limit"), mark("mark"),
)  # fmt: skip


class Row(NamedTuple):
    """One framework, multiplying or training."""

    framework: str
    title: str
    what: str
    rate: Spread
    share: float
    loaded: tuple[int, ...] = ()


def draw_limit(limit: LimitFindings | None, looks: Mapping[str, Look]) -> Figure | None:
    """Products on top, training below; the line is the limit. None where nothing was measured."""
    if limit is None:
        return None
    rows = _list_rows(limit)
    strands = list_strands([(row.title, _find_look(row, looks)) for row in rows])
    alt = " ".join(limit.sentences)
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.62 + 0.36 * len(rows))
        axes = canvas.add_subplot()
        axes.axvline(limit.limit / GIGA, color=INK, linewidth=0.9)
        for place, row in enumerate(rows):
            strand = find_strand(strands, row.title)
            with tagging(axes, strand):
                _draw_row(axes, place, row, _find_look(row, looks))
            words = f"{row.title}, {row.what}: {write_rate(row.rate.mean)}"
            spots.append(Spot(axes, row.rate.mean / GIGA, place, strand, words))
        axes.set_yticks(range(len(rows)), [f"{row.title}\n{row.what}" for row in rows])
        axes.tick_params(axis="y", length=0, labelcolor=INK, labelsize=7.5)
        axes.set_ylim(len(rows) - 0.45, -0.6)
        axes.set_xlim(left=0)
        axes.set_xlabel(_("Operations a second (GFLOP/s); the line is the limit"))
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        svg = write_svg(canvas, KEY, alt)
    return Figure(
        key=KEY,
        svg=svg,
        alt=alt,
        caption=_caption(rows),
        width="full",
        table=_tabulate(rows),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def _list_rows(limit: LimitFindings) -> list[Row]:
    products = [
        Row(one.framework, one.title, _("matrix product"), one.rate, one.share or 0.0,
            one.loaded)
        for one in limit.multiplied
        if one.rate is not None
    ]  # fmt: skip
    several = len({one.workload for one in limit.attained}) > 1
    training = [
        Row(
            one.framework,
            one.title,
            f"{one.workload_title}, {one.protocol}" if several else one.protocol,
            one.rate,
            one.share,
            one.loaded_seeds,
        )
        for one in limit.attained
    ]
    return [*products, *training]


def _find_look(row: Row, looks: Mapping[str, Look]) -> Look:
    return looks.get(row.framework, Look(MUTED, "o", "-"))


def _draw_row(axes: Axes, place: int, row: Row, look: Look) -> None:
    """Every run hollow, the mean filled, its interval a bar, the share in words."""
    values = [value / GIGA for value in row.rate.values]
    axes.scatter(values, [place + 0.16] * len(values), s=13, marker=look.marker,
                 facecolors="none", edgecolors=look.colour, linewidths=0.7)  # fmt: skip
    crossed = [
        value for value, seed in zip(values, row.rate.seeds, strict=True) if seed in row.loaded
    ]
    if crossed:
        axes.scatter(crossed, [place + 0.16] * len(crossed), s=24, marker="x", color=INK,
                     linewidths=0.7)  # fmt: skip
    if row.rate.low is not None and row.rate.high is not None:
        ends = [max(0.0, row.rate.low) / GIGA, row.rate.high / GIGA]
        axes.plot(ends, [place - 0.1] * 2, color=look.colour, linewidth=2)
    axes.plot(
        row.rate.mean / GIGA, place - 0.1, marker=look.marker, color=look.colour, markersize=6
    )
    axes.annotate(
        format_percent(row.share),
        (1.01, place),
        xycoords=("axes fraction", "data"),
        va="center",
        color=INK,
        fontweight="bold",
        annotation_clip=False,
    )


def _caption(rows: Sequence[Row]) -> str:
    sentences = [
        _("Rates of a large matrix product and of training, and their shares of the limit."),
        _("The filled mark is the mean, the bar its 95 % interval; each hollow mark is one run.")
        if any(row.rate.low is not None for row in rows)
        else _("The filled mark is the mean; each hollow mark is one run."),
    ]
    if any(row.loaded for row in rows):
        sentences.append(
            _("A cross marks a run during which other processes kept the machine busy.")
        )
    return " ".join([*sentences, _("The axis begins at zero.")])


def _tabulate(rows: Sequence[Row]) -> Table:
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        cells.append((row.title, row.what, mark("mean"), row.rate.mean, row.share, None))
        for seed, value in zip(row.rate.seeds, row.rate.values, strict=True):
            load = mark("under foreign load") if seed in row.loaded else None
            cells.append((row.title, row.what, seed, value, None, load))
    return Table(columns=COLUMNS, rows=tuple(cells))
