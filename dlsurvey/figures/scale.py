"""Turns sweeps over sizes into one figure each: time, memory, and the ratio of the frameworks' times."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from dlsurvey.analysis.measured import Spread
from dlsurvey.analysis.scale_sentences import name_place
from dlsurvey.analysis.sizes import ScaleAxis, ScaleFindings, ScaleLine, ScalePoint
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Cell, Figure, Table, name_figure
from dlsurvey.figures.labels import label_ends
from dlsurvey.figures.marks import Spot, find_strand, list_strands, place_marks, tag_labels, tagging
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_memory, format_seconds
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

HEIGHT = 2.35
BETWEEN = 1.16
"""The axis of ratios reaches at least so far to both sides of one."""
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)


class Panel(NamedTuple):
    """One quantity along a sweep."""

    field: str
    title: str
    scale: float
    """Divides the stored number for the axis."""
    write: Callable[[float], str]
    loaded: str = "loaded_seeds"
    is_ratio: bool = False


PANELS = (
    Panel("epoch_seconds", mark("Seconds per epoch"), 1.0, format_seconds),
    Panel("peak_memory_bytes", mark("Peak memory (MB)"), 1e6, format_memory),
    Panel(
        "multiple",
        mark("Time, multiple of {reference}"),
        1.0,
        "{:.2f}".format,
        "multiple_loaded_seeds",
        is_ratio=True,
    ),
)
COLUMNS = (
    mark("framework"), mark("value"), mark("seed"), mark("seconds per epoch"),
    mark("peak memory, bytes"), mark("time, multiple of the first framework"), mark("mark"),
)  # fmt: skip


def name_scale(scale: ScaleFindings, axis: ScaleAxis) -> str:
    """The key of its figure."""
    return name_figure(scale.workload, "scale", axis.name)


def draw_sweep(scale: ScaleFindings, axis: ScaleAxis, looks: Mapping[str, Look]) -> Figure:
    """Time, memory and their ratio along one sweep of `scale`."""
    key, alt = name_scale(scale, axis), _describe(scale, axis)
    strands = list_strands([(line.title, _find_look(line, looks)) for line in axis.lines])
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, HEIGHT)
        panels = canvas.subplots(1, len(PANELS))
        for axes, panel in zip(panels, PANELS, strict=True):
            for line in axis.lines:
                strand = find_strand(strands, line.title)
                with tagging(axes, strand):
                    _draw_line(axes, line, panel, _find_look(line, looks))
                spots += _list_spots(axes, axis, line, panel, strand)
            _arrange(axes, axis, panel)
        _label(panels[-1], axis, looks)
        tag_labels(panels[-1], strands)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_caption(scale, axis),
        width="full",
        table=_tabulate(axis),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def _find_look(line: ScaleLine, looks: Mapping[str, Look]) -> Look:
    return looks.get(line.framework, Look(MUTED, "o", "-"))


def _read(point: ScalePoint, panel: Panel) -> Spread | None:
    spread: Spread | None = getattr(point, panel.field)
    return spread


def _draw_line(axes: Axes, line: ScaleLine, panel: Panel, look: Look) -> None:
    """Means joined, 95 % intervals where there are any, every run hollow."""
    places = [(point, spread) for point in line.points if (spread := _read(point, panel))]
    axes.plot(
        [point.value for point, _spread in places],
        [spread.mean / panel.scale for _point, spread in places],
        color=look.colour,
        linestyle=look.line,
        linewidth=1.2,
    )
    for point, spread in places:
        _draw_runs(axes, point, spread, panel, look)
        if spread.low is not None and spread.high is not None:
            ends = [max(0.0, spread.low) / panel.scale, spread.high / panel.scale]
            axes.plot([point.value] * 2, ends, color=look.colour, linewidth=1.6)
            mean = spread.mean / panel.scale
            axes.plot(point.value, mean, marker=look.marker, color=look.colour, markersize=4.5)


def _draw_runs(axes: Axes, point: ScalePoint, spread: Spread, panel: Panel, look: Look) -> None:
    """Hollow marks; one beside other work has a cross over it."""
    values = [value / panel.scale for value in spread.values]
    axes.scatter(
        [point.value] * len(values),
        values,
        s=13,
        marker=look.marker,
        facecolors="none",
        edgecolors=look.colour,
        linewidths=0.7,
    )
    loaded = getattr(point, panel.loaded)
    crossed = [value for value, seed in zip(values, spread.seeds, strict=True) if seed in loaded]
    if crossed:
        axes.scatter(
            [point.value] * len(crossed), crossed, s=20, marker="x", color=INK, linewidths=0.6
        )


def _arrange(axes: Axes, axis: ScaleAxis, panel: Panel) -> None:
    """Along it every value stands as far from the next as it is times as large."""
    values = sorted({point.value for line in axis.lines for point in line.points})
    axes.set_xscale("log", base=2)
    axes.set_xticks(values, [str(one) for one in values])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=0)
    room = (values[-1] / values[0]) ** 0.08
    axes.set_xlim(values[0] / room, values[-1] * room)
    axes.set_xlabel(_(axis.title))
    axes.set_title(
        _(panel.title).format(reference=axis.lines[0].title),
        loc="left",
        fontsize=8,
        color=MUTED,
    )
    axes.grid(axis="y")
    if not panel.is_ratio:
        axes.set_ylim(0, 1.06 * axes.get_ylim()[1])
        return
    axes.axhline(1, color=INK, linewidth=0.8)
    axes.set_yscale("log", base=2)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low / 1.06, 1 / BETWEEN), max(1.06 * high, BETWEEN))
    low, high = axes.get_ylim()
    axes.set_yticks([one for one in TICKS if low <= one <= high])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", which="minor", length=0)


def _label(axes: Axes, axis: ScaleAxis, looks: Mapping[str, Look]) -> None:
    """The names at the ends of the ratios; the first framework's is the line at one."""
    low, high = (math.log(one) for one in axes.get_ylim())
    ends = []
    for line in axis.lines:
        last = line.points[-1].multiple
        value = math.log(last.mean if last is not None else 1.0)
        # The axis is logarithmic, places of labels are not.
        place = axes.get_ylim()[0] + (value - low) / (high - low) * (
            axes.get_ylim()[1] - axes.get_ylim()[0]
        )
        ends.append((place, line.title, _find_look(line, looks).colour))
    label_ends(axes, ends, height_points=72 * HEIGHT * 0.7, font=7.5)


def _list_spots(
    axes: Axes, axis: ScaleAxis, line: ScaleLine, panel: Panel, strand: int
) -> list[Spot]:
    """What each mean says to a pointer."""
    spots = []
    for point in line.points:
        spread = _read(point, panel)
        if spread is None:
            continue
        text = (
            _("{title}, {place}: {value} times the time of {reference}")
            if panel.is_ratio
            else _("{title}, {place}: {value}, mean of {n}")
        )
        words = text.format(
            title=line.title,
            place=name_place(axis.name, point.value),
            value=panel.write(spread.mean),
            n=len(spread.values),
            reference=axis.lines[0].title,
        )
        spots.append(Spot(axes, point.value, spread.mean / panel.scale, strand, words))
    return spots


def _describe(scale: ScaleFindings, axis: ScaleAxis) -> str:
    return _("{title} of {workload}: {sentences}").format(
        title=_(axis.title), workload=scale.title, sentences=" ".join(axis.sentences)
    )


def _caption(scale: ScaleFindings, axis: ScaleAxis) -> str:
    points = [point for line in axis.lines for point in line.points]
    sentences = [
        _("{title}, {workload}: time per epoch, peak memory, and the ratio of the times.").format(
            title=_(axis.title), workload=scale.title
        ),
        _("Each hollow mark is one run; lines join means.")
        if all(point.epoch_seconds.low is None for point in points)
        else _("Hollow marks are runs, filled ones means with their 95 % interval."),
    ]
    if any(point.loaded_seeds for point in points):
        sentences.append(
            _("A cross marks a run during which other processes kept the machine busy.")
        )
    return " ".join(sentences)


def _tabulate(axis: ScaleAxis) -> Table:
    """Every run."""
    rows: list[tuple[Cell, ...]] = []
    for line in axis.lines:
        for point in line.points:
            multiples = (
                dict(zip(point.multiple.seeds, point.multiple.values, strict=True))
                if point.multiple
                else {}
            )
            for seed, seconds, size in zip(
                point.epoch_seconds.seeds,
                point.epoch_seconds.values,
                point.peak_memory_bytes.values,
                strict=True,
            ):
                load = mark("under foreign load") if seed in point.loaded_seeds else None
                rows.append(
                    (line.title, point.value, seed, seconds, size, multiples.get(seed), load)
                )
    return Table(columns=COLUMNS, rows=tuple(rows))
