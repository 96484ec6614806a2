"""Turns an edition's findings into orders for all its figures; the only module that knows every kind."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from collectors.subjects import EVERY_SUBJECT
from dlsurvey.analysis.findings import Findings, WorkloadFindings
from dlsurvey.figures.architecture import draw_graphs, draw_stack
from dlsurvey.figures.code import draw_code
from dlsurvey.figures.concepts import (
    draw_activations,
    draw_convolution,
    draw_filters,
    draw_pooling,
)
from dlsurvey.figures.confusion import draw_confusion
from dlsurvey.figures.contact import draw_contact
from dlsurvey.figures.curves import draw_curves, draw_progress
from dlsurvey.figures.deployment import draw_deployments
from dlsurvey.figures.figure import Figure
from dlsurvey.figures.images import draw_examples, draw_mistaken
from dlsurvey.figures.learning import draw_layers
from dlsurvey.figures.limit import draw_limit
from dlsurvey.figures.network import draw_network
from dlsurvey.figures.scale import draw_sweep
from dlsurvey.figures.signal import draw_trend
from dlsurvey.figures.spreads import QUANTITIES, draw_spread
from dlsurvey.figures.style import INK, Look, assign_looks


class Order(NamedTuple):
    """One call that draws. With the program and the language, what it is given decides what comes out."""

    draw: Callable[..., "Figure | Iterable[Figure | None] | None"]
    given: tuple[Any, ...] = ()


def list_orders(findings: Findings) -> tuple[Order, ...]:
    """In the order of the report's chapters; what there is nothing to show of gives no figure."""
    looks = assign_looks(
        [member.framework for workload in findings.workloads for member in workload.members]
        + [series.subject for trend in findings.trends for series in trend.series]
    )
    looks[EVERY_SUBJECT] = Look(INK, "o", "-")
    overview, studies, workloads = findings.overview_trend, findings.studies, findings.workloads
    return (
        Order(draw_layers),
        *(Order(draw_trend, (trend, looks)) for trend in (overview,) if trend is not None),
        *(Order(draw_stack, (name,)) for name in ("tensorflow", "pytorch", "keras")),
        Order(draw_graphs),
        *(order for workload in workloads for order in _list_results(workload, looks)),
        *(
            Order(draw_sweep, (studies.scale, axis, looks))
            for axis in (studies.scale.axes if studies.scale else ())
        ),
        Order(draw_limit, (studies.limit, looks)),
        Order(draw_contact, (studies.contact, looks)),
        *(Order(draw_trend, (trend, looks)) for trend in findings.trends),
        *(
            Order(draw, (workload, looks))
            for workload in workloads
            for draw in (draw_examples, draw_network)
        ),
        Order(draw_convolution, (workloads,)),
        Order(draw_pooling, (workloads,)),
        Order(draw_filters, (workloads,)),
        Order(draw_activations),
        Order(draw_code, (findings.code, looks)),
        Order(draw_deployments, (findings.deployments, looks)),
        Order(draw_stack, ("jax",)),
    )


def _list_results(workload: WorkloadFindings, looks: dict[str, Look]) -> list[Order]:
    accuracy, *costs = QUANTITIES
    return [
        Order(draw_spread, (workload, accuracy, looks)),
        Order(draw_progress, (workload, looks)),
        Order(draw_confusion, (workload, looks)),
        Order(draw_mistaken, (workload, looks)),
        *(Order(draw_spread, (workload, quantity, looks)) for quantity in costs),
        Order(draw_curves, (workload, looks)),
    ]


def carry_out(order: Order) -> tuple[Figure, ...]:
    """What it draws, in the present language."""
    drawn = order.draw(*order.given)
    figures = (drawn,) if isinstance(drawn, Figure) else drawn or ()
    return tuple(figure for figure in figures if figure is not None)
