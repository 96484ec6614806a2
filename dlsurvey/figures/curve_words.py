"""Turns learning curves into the words and the tables that stand beside them."""

from collections.abc import Sequence

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Curve, Member
from dlsurvey.analysis.modes import choose_leading
from dlsurvey.figures.figure import Cell, Table
from dlsurvey.figures.names import label_member, name_member
from dlsurvey.formats import format_number, format_percent
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

COLUMNS = (mark("framework"), mark("seed"), mark("epoch"), mark("loss"), mark("accuracy"))


def average_epochs(curves: tuple[Curve, ...], field: str) -> list[float]:
    """Mean over the runs that reached each epoch."""
    series = [getattr(curve, field) for curve in curves]
    longest = max((len(values) for values in series), default=0)
    means = []
    for epoch in range(longest):
        reached = [values[epoch] for values in series if epoch < len(values)]
        means.append(sum(reached) / len(reached))
    return means


def say_target(target: float | None) -> str:
    """What the dashed line is; empty without a target."""
    if target is None:
        return ""
    return " " + _("The dashed line is the target of {target}.").format(
        target=format_percent(target)
    )


def say_rest(members: Sequence[Member]) -> str:
    """That some modes are in the table only; empty where none is."""
    if len(choose_leading(members)) == len(members):
        return ""
    return " " + _("Frameworks are drawn in their default modes; all modes are in the table.")


def describe_curves(workload: WorkloadFindings, members: Sequence[Member]) -> str:
    """Where loss and accuracy began and ended, member by member."""
    parts = []
    for member in members:
        losses = average_epochs(member.curves, "loss")
        accuracies = average_epochs(member.curves, "accuracy")
        text = (
            _("{name}: mean loss {first} after epoch 1 and {last} after epoch {epochs}")
            if len(losses) > 1
            else _("{name}: mean loss {first} after epoch 1")
        )
        if accuracies:
            text = _("{course}, last mean accuracy {accuracy}").format(
                course=text, accuracy=format_percent(accuracies[-1])
            )
        parts.append(
            text.format(
                name=name_member(member, members),
                first=format_number(losses[0]),
                last=format_number(losses[-1]),
                epochs=len(losses),
            )
        )
    return _("Learning curves, {workload}. {members}.").format(
        workload=workload.title, members="; ".join(parts)
    )


def describe_progress(workload: WorkloadFindings, members: Sequence[Member]) -> str:
    """Where the accuracy on the test images began and ended, and how many runs reached the target."""
    parts = []
    for member in members:
        means = average_epochs(member.curves, "test_accuracy")
        text = (
            _(
                "{name}: mean {first} after epoch 1 and {last} after epoch {epochs};"
                " {reached} of {watched} runs reached the target"
            )
            if len(means) > 1
            else _(
                "{name}: mean {first} after epoch 1; {reached} of {watched} runs reached the target"
            )
        )
        parts.append(
            text.format(
                name=name_member(member, members),
                first=format_percent(means[0]),
                last=format_percent(means[-1]),
                epochs=len(means),
                reached=member.reached,
                watched=member.watched,
            )
        )
    return _("Test accuracy after each epoch, {workload}. {members}.").format(
        workload=workload.title, members=". ".join(parts)
    )


def tabulate_curves(members: list[Member]) -> Table:
    """Every epoch of every run."""
    rows: list[tuple[Cell, ...]] = []
    for member in members:
        for curve in member.curves:
            for epoch, loss in enumerate(curve.loss):
                accuracy = curve.accuracy[epoch] if epoch < len(curve.accuracy) else None
                name = label_member(member, members)
                rows.append((name, curve.seed, epoch + 1, loss, accuracy))
    return Table(columns=COLUMNS, rows=tuple(rows))


def tabulate_progress(members: list[Member]) -> Table:
    """Every epoch of every run that was tested after it."""
    rows = tuple(
        (label_member(member, members), curve.seed, epoch, accuracy)
        for member in members
        for curve in member.curves
        for epoch, accuracy in enumerate(curve.test_accuracy, 1)
    )
    return Table(columns=(*COLUMNS[:3], mark("test accuracy")), rows=rows)
