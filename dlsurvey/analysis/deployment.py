"""Turns records of the ways out of the frameworks into rows, paired comparisons and verdicts.

Which ways out are compared is fixed before any value is read. Rounds are the pairs: in each, every
exported network ran once, in a fresh process of its own.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import expm1, isfinite, log, log1p, sqrt
from statistics import fmean, median
from typing import NamedTuple

from msgspec.structs import replace

from dlsurvey.analysis.deployed import (
    DeploymentFindings,
    MeasuredHere,
    RouteComparison,
    RouteQuantity,
    RouteTakes,
)
from dlsurvey.analysis.deployment_sentences import describe_all, describe_pair, name_route
from dlsurvey.analysis.inference import (
    LEAST_PAIRS,
    adjust_holm,
    assess_difference,
    assess_equivalence,
    judge,
)
from dlsurvey.analysis.load import FOREIGN_CORES
from dlsurvey.analysis.noise import LEAST_REPEATS
from dlsurvey.analysis.spread import find_interval, find_quantile
from dlsurvey.language import gettext as _
from dlsurvey.settings import Margins
from experiments.deployment.record import Deployment, Deployments, Run

SPEED: tuple[RouteQuantity, ...] = ("image_seconds", "batch_seconds")
ALL: tuple[RouteQuantity, ...] = (*SPEED, "cold_start_seconds", "peak_memory_bytes")


class Question(NamedTuple):
    """Two ways out that serve the same purpose, and what may be compared of them."""

    a: tuple[str, str]
    """Framework and route."""
    b: tuple[str, str]
    quantities: tuple[RouteQuantity, ...]


QUESTIONS = (
    # Of ExecuTorch only the Python interface is at hand, which brings PyTorch along: neither its
    # start nor its memory are those of the runtime on a phone.
    Question(("tensorflow", "litert"), ("pytorch", "executorch"), SPEED),
    Question(("tensorflow", "onnx"), ("pytorch", "onnx"), ALL),
)


def assess_deployments(
    record: Deployments | None, margins: Margins | None = None
) -> DeploymentFindings | None:
    """The record with what it shows; None where nothing was tried."""
    if record is None or not record.deployments:
        return None
    margins = margins or Margins()
    comparisons = _settle(list(_compare_all(record.deployments, margins)))
    takes = tuple(summarize(one) for one in record.deployments)
    return DeploymentFindings(
        record=record,
        takes=takes,
        comparisons=comparisons,
        sentences=(*describe_all(record), *(one.sentence for one in comparisons)),
        provenance=MeasuredHere(
            source=_("Ways out of this edition, on {cpu}").format(cpu=record.environment.cpu),
            date=record.measured_at.date(),
        ),
    )


def summarize(deployment: Deployment) -> RouteTakes:
    """Medians over the processes; of memory the largest."""
    runs = deployment.runs
    start = RouteTakes(
        deployment=deployment,
        name=name_route(deployment),
        processes=len(runs),
        loaded=sum(map(is_disturbed, runs)),
    )
    if not runs:
        return start
    return replace(
        start,
        image_seconds=median(run.image_seconds_median for run in runs),
        image_seconds_p95=median(run.image_seconds_p95 for run in runs),
        batch_seconds=median(run.batch_seconds_median for run in runs),
        batch_seconds_p95=median(run.batch_seconds_p95 for run in runs),
        cold_start_seconds=median(run.cold_start_seconds for run in runs),
        peak_memory_bytes=max(run.peak_memory_bytes for run in runs),
        frameworks=tuple(dict.fromkeys(name for run in runs for name in run.frameworks)),
    )


def is_disturbed(run: Run) -> bool:
    """Whether others kept the machine visibly busy meanwhile; False where nobody tells."""
    return run.foreign_cores is not None and run.foreign_cores >= FOREIGN_CORES


def read_quantity(run: Run, quantity: RouteQuantity) -> float:
    """The process's one value, in seconds or bytes."""
    match quantity:
        case "image_seconds":
            return run.image_seconds_median
        case "batch_seconds":
            return run.batch_seconds_median
        case "cold_start_seconds":
            return run.cold_start_seconds
        case "peak_memory_bytes":
            return float(run.peak_memory_bytes)


def _compare_all(deployments: Sequence[Deployment], margins: Margins) -> Iterable[RouteComparison]:
    ran = [one for one in deployments if one.same_answers]
    for workload in dict.fromkeys(one.workload for one in ran):
        here = [one for one in ran if one.workload == workload]
        by_route = {(one.framework, one.route): one for one in here}
        for question in QUESTIONS:
            a, b = by_route.get(question.a), by_route.get(question.b)
            if a is not None and b is not None:
                for quantity in question.quantities:
                    yield _compare(quantity, a, b, find_floor(here, quantity), margins)


def find_floor(deployments: Iterable[Deployment], quantity: RouteQuantity) -> float | None:
    """The 95 % bound of |log ratio| of two rounds that differ in nothing: t(m) · sqrt(mean square).

    Each round of a way out is paired with the one before it, as in `dlsurvey.analysis.noise`, over
    all ways out of the workload; None for fewer than three such pairs.
    """
    pairs = [
        (read_quantity(before, quantity), read_quantity(after, quantity))
        for one in deployments
        for before, after in pairwise(one.runs)
        if _counts(quantity, before, after)
    ]
    found = _find_differences(pairs)
    if found is None or len(found) < LEAST_REPEATS:
        return None
    return find_quantile(len(found)) * sqrt(fmean(one * one for one in found))


def _counts(quantity: RouteQuantity, *runs: Run) -> bool:
    """Memory does not depend on who else is at work; times do."""
    return quantity == "peak_memory_bytes" or not any(map(is_disturbed, runs))


def _compare(
    quantity: RouteQuantity, a: Deployment, b: Deployment, floor: float | None, margins: Margins
) -> RouteComparison:
    rounds = list(zip(a.runs, b.runs, strict=False))
    counted = [both for both in rounds if _counts(quantity, *both)]
    pairs = [
        (read_quantity(first, quantity), read_quantity(second, quantity))
        for first, second in counted or rounds  # what is left out altogether is still shown
    ]
    percent = margins.memory_percent if quantity == "peak_memory_bytes" else margins.time_percent
    scaled = _find_differences(pairs) if counted else None
    low, high = (None, None) if scaled is None else find_interval(scaled)
    tested = scaled is not None and len(pairs) >= LEAST_PAIRS
    return RouteComparison(
        workload=a.workload,
        quantity=quantity,
        a=f"{a.framework}/{a.route}",
        b=f"{b.framework}/{b.route}",
        a_title=name_route(a),
        b_title=name_route(b),
        a_mean=fmean(first for first, _ in pairs),
        b_mean=fmean(second for _, second in pairs),
        relative_effect=None if scaled is None else expm1(fmean(scaled)),
        relative_low=None if low is None else expm1(low),
        relative_high=None if high is None else expm1(high),
        margin=percent / 100,
        noise_floor=None if floor is None else expm1(floor),
        p_difference=assess_difference(scaled) if tested and scaled else None,
        p_equivalence=(
            assess_equivalence(scaled, log1p(percent / 100)) if tested and scaled else None
        ),
        n=len(counted),
        left_out=len(rounds) - len(counted),
        verdict="inconclusive",
    )


def _settle(comparisons: Sequence[RouteComparison]) -> tuple[RouteComparison, ...]:
    """Adjust the p values over all of them, judge each, and say so."""
    differences = adjust_holm([one.p_difference for one in comparisons])
    equivalences = adjust_holm([one.p_equivalence for one in comparisons])
    family = max(1, sum(one.p_difference is not None for one in comparisons))
    settled = []
    for one, difference, equivalence in zip(comparisons, differences, equivalences, strict=True):
        effect, floor = one.relative_effect, one.noise_floor
        verdict = judge(
            one.n,
            None if effect is None else log1p(effect),
            None if floor is None else log1p(floor),
            p_difference=difference,
            p_equivalence=equivalence,
        )
        judged = replace(
            one,
            p_difference=difference,
            p_equivalence=equivalence,
            family=family,
            verdict=verdict,
        )
        settled.append(replace(judged, sentence=describe_pair(judged)))
    return tuple(settled)


def _find_differences(pairs: Iterable[tuple[float, float]]) -> list[float] | None:
    """Logarithms of the ratios; None where there is a value without one."""
    found = []
    for a, b in pairs:
        if not (isfinite(a) and isfinite(b) and a > 0 and b > 0):
            return None
        found.append(log(a) - log(b))
    return found
