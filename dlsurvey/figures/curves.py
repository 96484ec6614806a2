"""Turns each trial's loss and accuracy per epoch into learning curves, one row for each protocol."""

from collections.abc import Iterable, Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Member
from dlsurvey.analysis.modes import choose_leading
from dlsurvey.analysis.setups import name_device
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.curve_words import (
    average_epochs,
    describe_curves,
    describe_progress,
    say_rest,
    say_target,
    tabulate_curves,
    tabulate_progress,
)
from dlsurvey.figures.figure import Figure, Strand, name_figure
from dlsurvey.figures.labels import label_ends
from dlsurvey.figures.marks import (
    MOST_MARKS,
    Spot,
    find_strand,
    list_strands,
    place_marks,
    tag_labels,
    tagging,
)
from dlsurvey.figures.names import label_member, name_member
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.formats import format_number, format_percent
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext

HEIGHT = 2.5
ROW = 2.0
"""Inches: of a single row, and of each of several."""
End = tuple[float, str, str]
"""Where a line ends, its words and its colour."""

Strands = tuple[Strand, ...]
NAMES = {
    "loss": mark("loss"),
    "accuracy": mark("accuracy"),
    "test_accuracy": mark("test accuracy"),
}
"""Of the fields, in words."""


def draw_curves(workload: WorkloadFindings, looks: dict[str, Look]) -> Figure | None:
    """Loss on the left, accuracy on the right; None where no trial left a curve."""
    members = [member for member in workload.members if any(curve.loss for curve in member.curves)]
    if not members:
        return None
    key = name_figure(workload.name, "curves")
    drawn = choose_leading(members)
    alt = describe_curves(workload, drawn)
    settings = split_settings(drawn)
    height = HEIGHT if len(settings) == 1 else ROW
    strands = list_strands([(member.title, looks[member.framework]) for member in drawn])
    ends: list[tuple[Axes, list[End]]] = []
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, height * len(settings))
        panels = canvas.subplots(len(settings), 2, squeeze=False, sharex=True, sharey="col")
        for (loss, accuracy), (setting, group) in zip(panels, settings.items(), strict=True):
            for axes, field in ((loss, "loss"), (accuracy, "accuracy")):
                ends.append((axes, _draw_panel(axes, group, field, looks, strands)))
                spots += _list_spots(axes, group, field, strands)
            loss.set_title(_("Training loss") + setting, loc="left", fontsize=8.5)
            accuracy.set_title(_("Training accuracy (%)") + setting, loc="left", fontsize=8.5)
        for axes in panels[-1]:
            _name_epochs(axes)
        _label(ends, height, strands)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_(
            "Learning curves on the training images, {workload}: each thin line is one"
            " run, the thick line the mean of the runs that reached the epoch."
        ).format(workload=workload.title)
        + say_rest(members),
        width="full",
        table=tabulate_curves(members),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def draw_progress(workload: WorkloadFindings, looks: dict[str, Look]) -> Figure | None:
    """Accuracy on the test images after each epoch, and the target; None where nobody looked."""
    members = [one for one in workload.members if any(curve.test_accuracy for curve in one.curves)]
    if not members:
        return None
    key = name_figure(workload.name, "progress")
    drawn = choose_leading(members)
    alt = describe_progress(workload, drawn)
    settings = split_settings(drawn)
    columns = min(2, len(settings))
    rows = ceil(len(settings) / columns)
    strands = list_strands([(member.title, looks[member.framework]) for member in drawn])
    ends: list[tuple[Axes, list[End]]] = []
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, HEIGHT * rows)
        panels = canvas.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, (setting, group) in zip(panels, settings.items(), strict=False):
            ends.append((axes, _draw_panel(axes, group, "test_accuracy", looks, strands)))
            spots += _list_spots(axes, group, "test_accuracy", strands)
            axes.set_title(_("Test accuracy (%)") + setting, loc="left", fontsize=8.5)
            ends[-1][1].extend(_draw_target(axes, workload.target_accuracy))
        for axes in panels[len(settings) :]:
            axes.set_axis_off()
        for axes in panels[: len(settings)][-columns:]:
            _name_epochs(axes)
        _label(ends, HEIGHT, strands, _name_target(workload.target_accuracy))
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=_(
            "Accuracy on the test images after each epoch, {workload}: each thin line"
            " is one run, the thick line the mean of the runs that reached the epoch."
        ).format(workload=workload.title)
        + say_target(workload.target_accuracy)
        + say_rest(members),
        width="full",
        table=tabulate_progress(members),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def split_settings(members: Sequence[Member]) -> dict[str, list[Member]]:
    """Members by protocol and device, under the words that tell these apart where there are several."""
    protocols = {member.protocol for member in members}
    devices = {member.device for member in members}
    settings: dict[str, list[Member]] = {}
    for member in members:
        words = [member.protocol] if len(protocols) > 1 else []
        words += [name_device(member.device)] if len(devices) > 1 else []
        settings.setdefault(f", {', '.join(words)}" if words else "", []).append(member)
    return settings


def _draw_panel(
    axes: Axes, members: list[Member], field: str, looks: dict[str, Look], strands: Strands
) -> list[End]:
    """The lines; gives back their ends, to be labelled once all panels are drawn."""
    ends = []
    for member in members:
        look = looks[member.framework]
        means = _average_scaled(member, field)
        if not means:
            continue
        with tagging(axes, find_strand(strands, member.title)):
            _draw_runs(axes, member, field, look)
            axes.plot(
                range(1, len(means) + 1),
                means,
                color=look.colour,
                linestyle=look.line,
                linewidth=2,
                marker=look.marker,
                markersize=4,
                markevery=max(1, len(means) // 10),
            )
        ends.append((means[-1], name_member(member, members), look.colour))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.grid(axis="y")
    return ends


def _name_epochs(axes: Axes) -> None:
    """Under the lowest panel of a column, also where room below it stays empty."""
    axes.tick_params(labelbottom=True)
    axes.set_xlabel(_("Epoch"))


def _draw_runs(axes: Axes, member: Member, field: str, look: Look) -> None:
    for curve in member.curves:
        values = [_scale(field) * value for value in getattr(curve, field)]
        marker = look.marker if len(values) == 1 else ""
        epochs = range(1, len(values) + 1)
        axes.plot(
            epochs,
            values,
            color=look.colour,
            linestyle=look.line,
            linewidth=0.6,
            alpha=0.45,
            marker=marker,
            markersize=3,
        )


def _average_scaled(member: Member, field: str) -> list[float]:
    return [_scale(field) * value for value in average_epochs(member.curves, field)]


def _scale(field: str) -> float:
    return 1 if field == "loss" else 100


def _list_spots(axes: Axes, members: list[Member], field: str, strands: Strands) -> list[Spot]:
    """Every epoch's mean, or where there are many epochs, one in so many and the last."""
    write = format_number if field == "loss" else format_percent
    spots = []
    for member in members:
        means = average_epochs(member.curves, field)
        step = ceil(len(means) / MOST_MARKS) or 1
        for epoch, mean in enumerate(means, 1):
            if (epoch - 1) % step == 0 or epoch == len(means):
                runs = sum(len(getattr(curve, field)) >= epoch for curve in member.curves)
                text = ngettext(
                    "{name}, {field} after epoch {epoch}, one run: {value}",
                    "{name}, {field} after epoch {epoch}, mean of {runs} runs: {value}",
                    runs,
                ).format(
                    name=label_member(member, members),
                    field=_(NAMES[field]),
                    epoch=epoch,
                    runs=runs,
                    value=write(mean),
                )
                place = find_strand(strands, member.title)
                spots.append(Spot(axes, epoch, _scale(field) * mean, place, text))
    return spots


def _label(
    drawn: Iterable[tuple[Axes, list[End]]], height: float, strands: Strands, target: str = ""
) -> None:
    """Once the limits of shared axes are final."""
    for axes, ends in drawn:
        label_ends(axes, ends, height_points=72 * height * 0.68, plain=(target,))
        tag_labels(axes, strands)


def _draw_target(axes: Axes, target: float | None) -> list[End]:
    """The line; gives back its words, which stand at its end among those of the curves."""
    if target is None:
        return []
    axes.axhline(100 * target, color=INK, linewidth=0.9, linestyle=(0, (4.0, 3.0)))
    return [(100 * target, _name_target(target), MUTED)]


def _name_target(target: float | None) -> str:
    return "" if target is None else _("target {percent:g} %").format(percent=100 * target)
