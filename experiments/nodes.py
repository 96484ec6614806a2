"""Turns what the nodes of a cluster say of themselves into those that a training may use.

One training, one environment: as trials on different devices are never compared, so are trials of
machines that differ. Of the nodes that have the driver's version and images, the largest set that
agrees in everything else takes part; the others are named.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dlsurvey.errors import ConfigError
from dlsurvey.records import Gap, content_sha256
from experiments.executors import Errand
from experiments.node import Report, hash_experiments


class Node(NamedTuple):
    """One node, what it lends, and what it says of itself."""

    id: str
    name: str
    cpus: float
    gpus: float
    report: Report


class Choice(NamedTuple):
    """The nodes that take part, all alike, and the others as gaps."""

    nodes: tuple[Node, ...]
    gaps: tuple[Gap, ...]


def choose_nodes(nodes: Sequence[Node], errand: Errand) -> Choice:
    """Raises ConfigError where no node can take part, naming why."""
    faults = {node.id: _find_fault(node, errand) for node in nodes}
    sets: dict[str, list[Node]] = {}
    for node in nodes:
        if not faults[node.id]:
            sets.setdefault(_identify(node), []).append(node)
    if not sets:
        named = "; ".join(f"{node.name}: {faults[node.id]}" for node in nodes)
        raise ConfigError(f"No node of the Ray cluster can be used. {named}.")
    chosen = max(sets.values(), key=lambda one: (sum(node.cpus for node in one), len(one)))
    kept = {node.id for node in chosen}
    return Choice(
        nodes=tuple(chosen),
        gaps=tuple(
            _leave_out(node, faults[node.id] or _describe_difference(node, chosen[0]))
            for node in nodes
            if node.id not in kept
        ),
    )


def _find_fault(node: Node, errand: Errand) -> str:
    """Why this node cannot do what is asked, whatever the others are; empty where it can."""
    if errand.threads is not None and node.cpus < errand.threads:
        return f"it lends {node.cpus:.0f} processors and a trial needs {errand.threads}"
    if node.report.fault:
        return node.report.fault
    if node.report.code_sha256 != hash_experiments():
        return "its dlsurvey is of another version"
    return _find_missing_images(node, errand)


def _find_missing_images(node: Node, errand: Errand) -> str:
    for workload, sha256 in errand.images.items():
        if workload in node.report.faults:
            return f"it has no images for {workload} ({node.report.faults[workload]})"
        if node.report.prepared[workload].dataset.sha256 != sha256:
            return f"its images for {workload} are others than here"
    return ""


def _identify(node: Node) -> str:
    """The same for nodes whose trials may be compared."""
    report = node.report
    return content_sha256(
        ({name: one.sha256 for name, one in report.environments.items()}, sorted(report.missing))
    )


def _describe_difference(node: Node, other: Node) -> str:
    """What tells its environment from that of the nodes that take part."""
    facts = [_list_facts(one) for one in (node, other)]
    names = [
        name for name in dict.fromkeys((*facts[0], *facts[1]))
        if facts[0].get(name) != facts[1].get(name)
    ]  # fmt: skip
    told = ", ".join(f"{name} {facts[0].get(name, 'none')}" for name in names[:5])
    return f"it differs from the others in {told or 'what it recorded'}"


def _list_facts(node: Node) -> dict[str, str]:
    facts: dict[str, str] = {}
    for one in node.report.environments.values():
        facts |= {
            "processor": one.cpu,
            "cores": str(one.cores),
            "memory": f"{one.memory_bytes:,} bytes",
            "GPU": one.gpu or "none",
            "system": one.os,
            "Python": one.python,
            **one.versions,
        }
    return facts | dict.fromkeys(node.report.missing, "not installed")


def _leave_out(node: Node, why: str) -> Gap:
    return Gap(
        what=f"The node {node.name} of the cluster",
        why=f"It took no part: {why}. Trials of machines that differ are never compared.",
        cure="Make it like the others; or train there alone, and `dlsurvey import trials` its folder.",
    )
