"""Turns the measured ways out of two frameworks into an answer to who deploys better."""

from dlsurvey.analysis.claim_answers import Answer, weigh
from dlsurvey.analysis.claim_data import DeploymentTest, Outcome
from dlsurvey.analysis.deployed import DeploymentFindings, RouteComparison, RouteTakes
from dlsurvey.formats import format_milliseconds, format_size
from dlsurvey.language import gettext as _
from experiments.deployment.record import Deployment

COMMAND = "`dlsurvey train --suite deployment`"


def answer_deployment(test: DeploymentTest, deployments: DeploymentFindings | None) -> Answer:
    """Whether `subject`'s way out works, is smaller and answers faster than `against`'s.

    Only where all that can be told agrees is one called better: the outcomes are counted by
    workload, a way out that does not work loses to one that does.
    """
    takes = _select(test.subject, test.route, deployments)
    others = _select(test.against, test.against_route, deployments)
    if deployments is None or not takes or not others:
        return Answer(
            "inconclusive",
            "",
            _("This edition exports no network of both: {command} does.").format(command=COMMAND),
        )
    outcomes: list[Outcome | None] = []
    reasons: list[str] = []
    for workload in takes.keys() & others.keys():
        found, said = _weigh(takes[workload], others[workload], deployments)
        outcomes += found
        reasons += said
    first, second = (next(iter(some.values())) for some in (takes, others))
    return Answer(
        verdict=weigh(outcomes),
        now="; ".join(_write(one) for some in (takes, others) for one in some.values()),
        why=" ".join(reasons),
        evidence=tuple(
            f"deployment/{one.deployment.framework}/{one.deployment.route}"
            for one in (first, second)
        ),
    )


def _select(
    framework: str, route: str, deployments: DeploymentFindings | None
) -> dict[str, RouteTakes]:
    """By workload the attempt that answers as the network does, else the last one."""
    found: dict[str, RouteTakes] = {}
    for one in deployments.takes if deployments else ():
        own = one.deployment
        if (own.framework, own.route) != (framework, route):
            continue
        known = found.get(own.workload)
        if known is None or not known.deployment.same_answers:
            found[own.workload] = one
    return found


def _weigh(
    a: RouteTakes, b: RouteTakes, deployments: DeploymentFindings
) -> tuple[list[Outcome | None], list[str]]:
    """'higher' is better for the first side."""
    works, other = a.deployment.same_answers, b.deployment.same_answers
    if not (works and other):
        reasons = [_explain(one) for one in (a, b) if not one.deployment.same_answers]
        # A package that is not installed says nothing of the framework.
        told = "missing" not in (a.deployment.status, b.deployment.status)
        outcome: Outcome | None = "higher" if works else "lower"
        return [outcome if told and works != other else None], reasons
    comparison = next(
        (
            one
            for one in deployments.comparisons
            if one.workload == a.deployment.workload
            and one.quantity == "image_seconds"
            and {one.a, one.b} == {_key(a.deployment), _key(b.deployment)}
        ),
        None,
    )
    size, size_reason = _compare_sizes(a, b, 0.05 if comparison is None else comparison.margin)
    if comparison is None:
        return [size, None], [size_reason]
    speed = _read(comparison, _key(a.deployment))
    both = _("Both were exported and give the same answers.")
    return [size, speed], [both, size_reason, comparison.sentence]


def _compare_sizes(a: RouteTakes, b: RouteTakes, margin: float) -> tuple[Outcome | None, str]:
    """Sizes are counted, not sampled: within the margin they are as good as equal."""
    first, second = a.deployment.size_bytes, b.deployment.size_bytes
    if not first or not second:
        return None, ""
    sizes = _("{a} {a_size}, {b} {b_size}").format(
        a=a.name, a_size=format_size(first), b=b.name, b_size=format_size(second)
    )
    if max(first, second) <= min(first, second) * (1 + margin):
        text = _("On disk they are within {margin} of each other ({sizes}).")
        return "equivalent", text.format(margin=f"{100 * margin:.3g} %", sizes=sizes)
    smaller = a.name if first < second else b.name
    text = _("{smaller} is the smaller one on disk ({sizes}).")
    return ("higher" if first < second else "lower"), text.format(smaller=smaller, sizes=sizes)


def _read(comparison: RouteComparison, side: str) -> Outcome | None:
    """Less time is better."""
    match comparison.verdict:
        case "equivalent":
            return "equivalent"
        case "a_higher":
            return "lower" if comparison.a == side else "higher"
        case "b_higher":
            return "higher" if comparison.a == side else "lower"
        case _:
            return None


def _explain(one: RouteTakes) -> str:
    return _("{name} did not work: {error}.").format(
        name=one.name, error=one.deployment.error.rstrip(".")
    )


def _write(one: RouteTakes) -> str:
    if not one.deployment.same_answers or one.image_seconds is None:
        return _("{name}: does not work here").format(name=one.name)
    return _("{name}: {size}, {seconds} an image, n = {n}").format(
        name=one.name, size=format_size(one.deployment.size_bytes or 0),
        seconds=format_milliseconds(one.image_seconds), n=one.processes,
    )  # fmt: skip


def _key(deployment: Deployment) -> str:
    return f"{deployment.framework}/{deployment.route}"
