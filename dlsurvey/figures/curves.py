"""Turns each trial's loss and accuracy per epoch into learning curves."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dlsurvey.analysis.findings import Curve, Member, WorkloadFindings
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Cell, Figure, Table, name_figure
from dlsurvey.figures.labels import label_ends, name_member
from dlsurvey.figures.style import Look
from dlsurvey.formats import format_number, format_percent

HEIGHT = 2.5


def draw_curves(workload: WorkloadFindings, looks: dict[str, Look]) -> Figure | None:
    """Loss on the left, accuracy on the right; None where no trial left a curve."""
    members = [member for member in workload.members if any(curve.loss for curve in member.curves)]
    if not members:
        return None
    key = name_figure(workload.name, "curves")
    alt = _describe(workload, members)
    with drawing():
        canvas = make_canvas(FULL_WIDTH, HEIGHT)
        loss, accuracy = canvas.subplots(1, 2)
        _draw_panel(loss, members, "loss", looks)
        _draw_panel(accuracy, members, "accuracy", looks)
        loss.set_title("Training loss", loc="left", fontsize=8.5)
        accuracy.set_title("Training accuracy (%)", loc="left", fontsize=8.5)
        svg = write_svg(canvas, key, alt)
    return Figure(
        key=key,
        svg=svg,
        alt=alt,
        caption=f"Learning curves on the training images, {workload.title}: each thin line is one"
        " run, the thick line the mean of the runs that reached the epoch.",
        width="full",
        table=_tabulate(members),
    )


def average_epochs(curves: tuple[Curve, ...], field: str) -> list[float]:
    """Mean over the runs that reached each epoch."""
    series = [getattr(curve, field) for curve in curves]
    longest = max((len(values) for values in series), default=0)
    means = []
    for epoch in range(longest):
        reached = [values[epoch] for values in series if epoch < len(values)]
        means.append(sum(reached) / len(reached))
    return means


def _draw_panel(axes: Axes, members: list[Member], field: str, looks: dict[str, Look]) -> None:
    scale = 100 if field == "accuracy" else 1
    ends = []
    for member in members:
        look = looks[member.framework]
        for curve in member.curves:
            values = [scale * value for value in getattr(curve, field)]
            marker = look.marker if len(values) == 1 else ""
            epochs = range(1, len(values) + 1)
            axes.plot(
                epochs, values, color=look.colour, linewidth=0.6, alpha=0.45, marker=marker, ms=3
            )
        means = [scale * value for value in average_epochs(member.curves, field)]
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
        if means:
            ends.append((means[-1], name_member(member, members), look.colour))
    axes.set_xlabel("Epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.grid(axis="y")
    label_ends(axes, ends, height_points=72 * HEIGHT * 0.68)


def _describe(workload: WorkloadFindings, members: list[Member]) -> str:
    parts = []
    for member in members:
        losses = average_epochs(member.curves, "loss")
        accuracies = average_epochs(member.curves, "accuracy")
        text = f"{name_member(member, members)}: mean loss {format_number(losses[0])} after epoch 1"
        if len(losses) > 1:
            text += f" and {format_number(losses[-1])} after epoch {len(losses)}"
        if accuracies:
            text += f", last mean accuracy {format_percent(accuracies[-1])}"
        parts.append(text)
    return f"Learning curves, {workload.title}. {'; '.join(parts)}."


def _tabulate(members: list[Member]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for member in members:
        for curve in member.curves:
            for epoch, loss in enumerate(curve.loss):
                accuracy = curve.accuracy[epoch] if epoch < len(curve.accuracy) else None
                name = name_member(member, members)
                rows.append((name, curve.seed, epoch + 1, loss, accuracy))
    return Table(columns=("framework", "seed", "epoch", "loss", "accuracy"), rows=tuple(rows))
