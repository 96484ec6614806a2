"""Turns an edition's findings into all its figures; the only module that knows every kind."""

from collectors.subjects import EVERY_SUBJECT
from dlsurvey.analysis.findings import Findings, WorkloadFindings
from dlsurvey.figures.architecture import draw_graphs, draw_stacks
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
from dlsurvey.figures.scale import draw_scale
from dlsurvey.figures.signal import draw_trend
from dlsurvey.figures.spreads import QUANTITIES, draw_spread
from dlsurvey.figures.style import INK, Look, assign_looks


def draw_all(findings: Findings) -> tuple[Figure, ...]:
    """In the order of the report's chapters; nothing to show is no figure."""
    looks = assign_looks(
        [member.framework for workload in findings.workloads for member in workload.members]
        + [series.subject for trend in findings.trends for series in trend.series]
    )
    looks[EVERY_SUBJECT] = Look(INK, "o", "-")
    tensorflow, pytorch, jax, keras = draw_stacks()
    overview = findings.overview_trend
    workloads = findings.workloads
    figures: list[Figure | None] = [
        draw_layers(),
        draw_trend(overview, looks) if overview is not None else None,
        tensorflow,
        pytorch,
        keras,
        draw_graphs(),
        *(figure for workload in workloads for figure in _draw_workload(workload, looks)),
        *draw_scale(findings.studies.scale, looks),
        draw_limit(findings.studies.limit, looks),
        *draw_contact(findings.studies.contact, looks),
        *(draw_trend(trend, looks) for trend in findings.trends),
        *(figure for workload in workloads for figure in _draw_data(workload, looks)),
        draw_convolution(workloads),
        draw_pooling(workloads),
        draw_filters(workloads),
        draw_activations(),
        draw_code(findings.code, looks),
        *draw_deployments(findings.deployments, looks),
        jax,
    ]
    return tuple(figure for figure in figures if figure is not None)


def _draw_data(workload: WorkloadFindings, looks: dict[str, Look]) -> list[Figure | None]:
    return [draw_examples(workload, looks), draw_network(workload, looks)]


def _draw_workload(workload: WorkloadFindings, looks: dict[str, Look]) -> list[Figure | None]:
    accuracy, *costs = QUANTITIES
    return [
        draw_spread(workload, accuracy, looks),
        draw_progress(workload, looks),
        draw_confusion(workload, looks),
        draw_mistaken(workload, looks),
        *(draw_spread(workload, quantity, looks) for quantity in costs),
        draw_curves(workload, looks),
    ]
