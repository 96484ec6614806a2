"""Turns the ways out of the frameworks into two panels: how fast each answers, how large it is."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from dlsurvey.analysis.deployed import DeploymentFindings, RouteTakes
from dlsurvey.analysis.deployment_sentences import name_workload
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Figure, Table, name_figure
from dlsurvey.figures.marks import Spot, find_strand, list_strands, place_marks, tagging
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_milliseconds, format_size
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from experiments.deployment.record import BATCH

ROW = 0.27
"""Inches that one way out takes where there is room."""
TALLEST = 6.6
OTHER = Look(MUTED, "o", "-")


def draw_deployments(
    deployments: DeploymentFindings | None, looks: Mapping[str, Look]
) -> list[Figure]:
    """One figure per workload of which at least one network ran outside and answers the same."""
    takes = deployments.takes if deployments else ()
    ran = [one for one in takes if one.deployment.same_answers and one.image_seconds]
    return [
        _draw(workload, [one for one in ran if one.deployment.workload == workload], looks)
        for workload in dict.fromkeys(one.deployment.workload for one in ran)
    ]


def name_deployment_figure(workload: str) -> str:
    """The key of the figure."""
    return name_figure("deployment", workload)


def _draw(workload: str, takes: Sequence[RouteTakes], looks: Mapping[str, Look]) -> Figure:
    key = name_deployment_figure(workload)
    alt = _describe(workload, takes)
    strands = list_strands(
        [(one.deployment.title, looks.get(one.deployment.framework, OTHER)) for one in takes]
    )
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.75 + min(ROW * len(takes), TALLEST))
        speed, size = canvas.subplots(1, 2, sharey=True, width_ratios=(1.7, 1))
        for row, one in enumerate(takes):
            strand = find_strand(strands, one.deployment.title)
            look = looks.get(one.deployment.framework, OTHER)
            with tagging(speed, strand):
                _draw_speed(speed, row, one, look)
            with tagging(size, strand):
                _draw_size(size, row, one, look)
            spots += _list_spots(speed, size, row, one, strand)
        _arrange(speed, size, takes)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_write_caption(workload, takes),
        width="full",
        table=_tabulate(takes),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def _write_caption(workload: str, takes: Sequence[RouteTakes]) -> str:
    caption = _(
        "What each way out of {workload} takes. Left, on a logarithmic axis: the filled mark is"
        " the median time for one image, the line ends at the 95th percentile, and the hollow"
        " mark is the time for each of {batch} images answered at once. Right: all files on disk."
    ).format(workload=name_workload(workload), batch=BATCH)
    if any(one.loaded for one in takes):
        caption += " " + _("Other processes kept the machine busy during some of it.")
    return caption


def _draw_speed(axes: Axes, row: int, one: RouteTakes, look: Look) -> None:
    median, p95, batch = one.image_seconds, one.image_seconds_p95, one.batch_seconds
    assert median is not None
    if p95 is not None:
        ends = [1e3 * median, 1e3 * p95]
        axes.plot(ends, [row, row], color=look.colour, linewidth=1.4, solid_capstyle="butt")
    if batch is not None:
        axes.plot(
            1e3 * batch / BATCH,
            row,
            marker=look.marker,
            color=look.colour,
            markerfacecolor="#ffffff",
            markersize=5,
        )
    axes.plot(1e3 * median, row, marker=look.marker, color=look.colour, markersize=5.5)


def _draw_size(axes: Axes, row: int, one: RouteTakes, look: Look) -> None:
    size = one.deployment.size_bytes
    if size is None:
        return
    axes.barh(row, size / 1e3, height=0.62, facecolor=look.colour, edgecolor=look.colour)
    axes.annotate(
        format_size(size),
        (size / 1e3, row),
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        fontsize=7,
        color=INK,
    )


def _arrange(speed: Axes, size: Axes, takes: Sequence[RouteTakes]) -> None:
    speed.set_yticks(range(len(takes)), [one.name for one in takes], fontsize=7.5)
    speed.set_ylim(len(takes) - 0.4, -0.6)
    speed.set_xscale("log")
    speed.xaxis.set_major_formatter(lambda value, _place: f"{value:g}")
    speed.set_xlabel(_("Milliseconds"))
    size.set_xlabel(_("Kilobytes on disk"))
    size.set_xlim(0, 1.35 * max(one.deployment.size_bytes or 0 for one in takes) / 1e3 or 1)
    for axes in (speed, size):
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.spines["left"].set_visible(False)
    speed.grid(axis="x")


def _list_spots(speed: Axes, size: Axes, row: int, one: RouteTakes, strand: int) -> list[Spot]:
    assert one.image_seconds is not None
    spots = [
        Spot(
            speed,
            1e3 * one.image_seconds,
            row,
            strand,
            _("{name}: {value} for one image").format(
                name=one.name, value=format_milliseconds(one.image_seconds)
            ),
        )
    ]
    if one.deployment.size_bytes is not None:
        text = f"{one.name}: {format_size(one.deployment.size_bytes)}"
        end = one.deployment.size_bytes / 1e3
        spots.append(Spot(size, 0, row - 0.31, strand, text, (end, row + 0.31)))
    return spots


def _tabulate(takes: Sequence[RouteTakes]) -> Table:
    return Table(
        columns=(
            _("Way out"), _("One image (ms)"), _("95th percentile (ms)"),
            _("{batch} images (ms)").format(batch=BATCH), _("95th percentile of these (ms)"),
            _("Cold start (s)"), _("Peak memory (MB)"), _("On disk (kB)"),
            _("Installed runtime (MB)"), _("Largest difference of a logit"), _("Accuracy"),
            _("Processes"),
        ),
        rows=tuple(
            (
                one.name,
                _scale(one.image_seconds, 1e3),
                _scale(one.image_seconds_p95, 1e3),
                _scale(one.batch_seconds, 1e3),
                _scale(one.batch_seconds_p95, 1e3),
                one.cold_start_seconds,
                _scale(one.peak_memory_bytes, 1e-6),
                _scale(one.deployment.size_bytes, 1e-3),
                _scale(one.deployment.runtime_bytes, 1e-6),
                one.deployment.answers.max_difference if one.deployment.answers else None,
                one.deployment.answers.accuracy if one.deployment.answers else None,
                one.processes,
            )
            for one in takes
        ),
    )  # fmt: skip


def _scale(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _describe(workload: str, takes: Sequence[RouteTakes]) -> str:
    parts = "; ".join(
        _("{name} {seconds}, {size}").format(
            name=one.name,
            seconds=format_milliseconds(one.image_seconds or 0.0),
            size=format_size(one.deployment.size_bytes or 0),
        )
        for one in takes
    )
    return ngettext(
        "Time for one image and size on disk of {count} way out of {workload}: {parts}.",
        "Time for one image and size on disk of {count} ways out of {workload}: {parts}.",
        len(takes),
    ).format(count=len(takes), workload=name_workload(workload), parts=parts)
