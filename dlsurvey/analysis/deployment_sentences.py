"""Turns records and verdicts on the ways out of the frameworks into sentences."""

from collections.abc import Iterator, Sequence

from dlsurvey.analysis.deployed import RouteComparison, RouteQuantity
from dlsurvey.analysis.load import FOREIGN_CORES
from dlsurvey.formats import (
    format_memory,
    format_milliseconds,
    format_seconds,
    format_share,
    join_words,
)
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext
from experiments.deployment.record import Deployment, Deployments
from experiments.workloads import list_workloads

QUANTITIES: dict[RouteQuantity, str] = {
    "image_seconds": mark("time for one image"),
    "batch_seconds": mark("time for 64 images at once"),
    "cold_start_seconds": mark("cold start"),
    "peak_memory_bytes": mark("peak memory"),
}
LESS: dict[RouteQuantity, str] = {
    "image_seconds": mark("{lower} answers one image in less time than {higher} {evidence}."),
    "batch_seconds": mark("{lower} answers 64 images in less time than {higher} {evidence}."),
    "cold_start_seconds": mark("{lower} starts in less time than {higher} {evidence}."),
    "peak_memory_bytes": mark("{lower} needs less memory at its peak than {higher} {evidence}."),
}
WAYS = {
    "": mark("as it is"),
    "mapped over single images": mark("mapped over single images"),
    "one file for each batch size": mark("one file for each batch size"),
}


def name_route(deployment: Deployment) -> str:
    """'LiteRT (int8) from TensorFlow'."""
    route = deployment.route_title
    if deployment.precision != "float32":
        route = f"{route} ({deployment.precision})"
    return _("{route} from {framework}").format(route=route, framework=deployment.title)


def describe_way(way: str) -> str:
    """What was written around the network, in the language of the report."""
    return _(WAYS[way]) if way in WAYS else way


def name_workload(name: str) -> str:
    """The title of a workload; of one that is registered no longer, its name."""
    return next((one.title for one in list_workloads() if one.name == name), name)


def describe_all(record: Deployments) -> Iterator[str]:
    """What came of the ways out of each workload, then what is altered, then what runs alone."""
    for workload in dict.fromkeys(one.workload for one in record.deployments):
        here = [one for one in record.deployments if one.workload == workload]
        yield _count(workload, here)
        yield from filter(
            None,
            (_list_changed(here), *_list_altered(here), _list_alone(here), _describe_load(here)),
        )


def describe_pair(comparison: RouteComparison) -> str:
    """What the verdict allows to say, and no more."""
    one = comparison
    quantity = _(QUANTITIES[one.quantity])
    means = _("{a} {a_value}, {b} {b_value}").format(
        a=one.a_title, a_value=write_quantity(one.a_mean, one.quantity),
        b=one.b_title, b_value=write_quantity(one.b_mean, one.quantity),
    )  # fmt: skip
    numbers = ngettext("{means}; {n} process each", "{means}; {n} processes each", one.n).format(
        means=means if one.relative_effect is None else f"{means}, {_write_ratio(one)}", n=one.n
    )
    workload = name_workload(one.workload)
    match one.verdict:
        case "a_higher" | "b_higher":
            sides = (one.a_title, one.b_title)
            higher, lower = sides if one.verdict == "a_higher" else sides[::-1]
            said = _(LESS[one.quantity]).format(higher=higher, lower=lower, evidence=f"({numbers})")
            return f"{workload}: {said}"
        case "equivalent":
            return _(
                "{workload}, {quantity}: equivalent within the margin of {margin} ({numbers})."
            ).format(
                workload=workload, quantity=quantity, numbers=numbers,
                margin=f"{100 * one.margin:.3g} %",
            )  # fmt: skip
        case _:
            if one.left_out:
                return _(
                    "{workload}, {quantity}: too few undisturbed processes, {n} of {total} each"
                    " ({means}): inconclusive."
                ).format(
                    workload=workload, quantity=quantity, means=means, n=one.n,
                    total=one.n + one.left_out,
                )  # fmt: skip
            return _(
                "{workload}, {quantity}: no clear difference was shown, nor that they are"
                " equivalent ({numbers}): inconclusive."
            ).format(workload=workload, quantity=quantity, numbers=numbers)


def write_quantity(value: float, quantity: RouteQuantity) -> str:
    """'0.041 ms', '1.32 s', '81 MB'."""
    match quantity:
        case "image_seconds" | "batch_seconds":
            return format_milliseconds(value)
        case "cold_start_seconds":
            return format_seconds(value)
        case "peak_memory_bytes":
            return format_memory(value)


def _write_ratio(comparison: RouteComparison) -> str:
    """The first side against the second, with the interval where there is one."""
    effect = format_share(comparison.relative_effect or 0.0)
    low, high = comparison.relative_low, comparison.relative_high
    if low is None or high is None:
        return _("{effect} against the second").format(effect=effect)
    return _("{effect} against the second, 95 % interval {low} to {high}").format(
        effect=effect, low=format_share(low), high=format_share(high)
    )


def _count(workload: str, deployments: Sequence[Deployment]) -> str:
    """Routes, not attempts: a way that failed and another that came after it are one route."""
    routes: dict[tuple[str, str], list[Deployment]] = {}
    for one in deployments:
        routes.setdefault((one.framework, one.route), []).append(one)
    same = sum(any(one.same_answers for one in tried) for tried in routes.values())
    missing = sum(all(one.status == "missing" for one in tried) for tried in routes.values())
    return _(
        "{workload}, ways out that were exported, ran and gave the same answers: {same} of {routes}."
        " Failed or with altered answers: {failed}. For want of a package: {missing}."
    ).format(
        workload=name_workload(workload), routes=len(routes), same=same,
        failed=len(routes) - same - missing, missing=missing,
    )  # fmt: skip


def _list_changed(deployments: Sequence[Deployment]) -> str:
    """Those that did not go as the network is, and did in another way."""
    names = [
        f"{name_route(one)} ({describe_way(one.way)})"
        for one in deployments
        if one.same_answers and one.way
    ]
    if not names:
        return ""
    return _("Not as the network is, but in another way: {names}.").format(names=join_words(names))


def _list_altered(deployments: Sequence[Deployment]) -> Iterator[str]:
    for one in deployments:
        if one.answers is not None and not one.answers.same:
            yield _("{name}: {finding}.").format(name=name_route(one), finding=one.answers.finding)


def _describe_load(deployments: Sequence[Deployment]) -> str:
    """What others did meanwhile; empty where nobody tells."""
    told = [
        run.foreign_cores
        for one in deployments
        for run in one.runs
        if run.foreign_cores is not None
    ]
    loaded = [cores for cores in told if cores >= FOREIGN_CORES]
    if not loaded:
        return ""
    return _(
        "During {loaded} of {count} processes others kept {low} to {high} processors busy: these"
        " times may be longer than the machine needs alone, and take part in no verdict."
    ).format(
        loaded=len(loaded), count=len(told), low=f"{min(loaded):.2f}", high=f"{max(loaded):.2f}"
    )


def _list_alone(deployments: Sequence[Deployment]) -> str:
    """Runtimes of which no process had a training framework in it."""
    ran = [one for one in deployments if one.same_answers and one.runs]
    titles = dict.fromkeys(one.runtime_title for one in ran)
    alone = [
        title
        for title in titles
        if not any(run.frameworks for one in ran if one.runtime_title == title for run in one.runs)
    ]
    if not alone:
        return ""
    return _("Without any training framework in their process ran: {names}.").format(
        names=join_words(alone)
    )
