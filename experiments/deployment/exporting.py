"""Turns one trained network into the files of its routes, each with the start of its record."""

from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from msgspec.structs import replace

from dlsurvey.records import Record, TrialSpec
from experiments.deployment.export_worker import REPEATS, Event, Job, Saved, Tried, Wanted
from experiments.deployment.processes import ask_all
from experiments.deployment.record import Deployment, Serialization
from experiments.deployment.routes import EXPORTERS, Route, list_routes
from experiments.deployment.sizes import measure_files, measure_packages
from experiments.frameworks import Framework, read_versions
from experiments.runner import make_environment
from experiments.workloads import Workload


class Subject(Record, frozen=True, kw_only=True):
    """One network to be trained and taken out of its framework."""

    framework: Framework
    spec: TrialSpec
    workload: Workload
    prepared: str


class Exported(Record, frozen=True, kw_only=True):
    """A network that has left its framework, on the way to being run."""

    subject: Subject
    route: Route
    deployment: Deployment
    folder: str
    path: str


def export(
    subject: Subject, folder: Path, routes: tuple[Route, ...], timeout_seconds: float
) -> tuple[list[Exported], list[Serialization]]:
    """Train and write the files of every route whose packages are installed."""
    own = list_routes(subject.framework.name, routes)
    missing = {route.name: reason for route in own if (reason := find_missing(route))}
    wanted = [
        Wanted(route=route.name, file=f"{route.name}.{route.ending}", ways=route.ways)
        for route in own
        if route.name not in missing
    ]
    tried: dict[str, list[Tried]] = {}
    saved: list[Serialization] = []
    for event in _export_in_processes(subject, folder, wanted, timeout_seconds):
        if isinstance(event, Saved):
            saved.append(_describe_weights(subject, event))
        else:
            tried.setdefault(event.route, []).append(event)
    found = []
    for route in own:
        start = _start_record(subject, route)
        path = folder / f"{route.name}.{route.ending}"
        if route.name in missing:
            records = [replace(start, status="missing", error=missing[route.name])]
        else:
            records = [_describe_attempt(start, route, one, path) for one in tried[route.name]]
        found += [
            Exported(
                subject=subject, route=route, deployment=one, folder=str(folder), path=str(path)
            )
            for one in records
        ]
    return found, saved


def find_missing(route: Route) -> str:
    """What to install for a route, and why it may not be possible; empty where all is there."""
    runtime = route.runtime.packages if route.runtime else ()
    for package in (*route.packages, *runtime):
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            reason = f"package {package} is not installed: pip install {package}"
            return f"{reason} ({route.conflict})" if route.conflict else reason
    return ""


def _export_in_processes(
    subject: Subject, folder: Path, wanted: Sequence[Wanted], timeout_seconds: float
) -> Iterator[Event]:
    """What one process tells; where it dies, the route it was at has failed, and another goes on."""
    left = list(wanted)
    forms: tuple[str, ...] | None = None
    variables = make_environment(subject.spec, subject.framework) | {
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor")  # nothing compiled before, nothing left
    }
    while left:
        job = Job(
            spec=subject.spec,
            workload=subject.workload,
            adapter=subject.framework.adapter,
            program=subject.framework.program,
            exporter=EXPORTERS[subject.framework.name],
            prepared=subject.prepared,
            folder=str(folder),
            wanted=tuple(left),
            forms=forms,
        )
        events, reason = ask_all(
            "experiments.deployment.export_worker", job, Event, variables, timeout_seconds
        )
        yield from events
        done = {one.route for one in events if isinstance(one, Tried) and _is_last(one, left)}
        left = [one for one in left if one.route not in done]
        forms = ()  # a process that died while it saved weights is not sent there again
        if left:
            yield Tried(route=left[0].route, way=left[0].ways[-1], seconds=0, error=reason)
            left = left[1:]


def _is_last(tried: Tried, wanted: Iterable[Wanted]) -> bool:
    """Whether no other way of the route comes after it."""
    ways = next(one.ways for one in wanted if one.route == tried.route)
    return not tried.error or tried.way == ways[-1]


def _start_record(subject: Subject, route: Route) -> Deployment:
    runtime = route.runtime
    size = measure_packages(runtime.packages) if runtime else None
    return Deployment(
        workload=subject.workload.name,
        framework=subject.framework.name,
        title=subject.framework.title,
        route=route.name,
        route_title=route.title,
        way="",
        precision=route.precision,
        runtime=runtime.name if runtime else "none",
        runtime_title=runtime.title if runtime else "",
        versions=_read_versions(subject.framework, route),
        status="failed",
        runtime_bytes=size.size_bytes if size else None,
        runtime_packages=size.parts if size else None,
    )


def _describe_attempt(start: Deployment, route: Route, tried: Tried, path: Path) -> Deployment:
    way = "" if tried.way == "as it is" else tried.way
    if tried.error:
        return replace(start, way=way, error=tried.error)
    size = measure_files(path)
    return replace(
        start,
        way=way,
        status="failed" if route.runtime is None else "completed",
        error="exported; nothing here runs it" if route.runtime is None else "",
        export_seconds=tried.seconds,
        size_bytes=size.size_bytes if size else None,
        files=size.parts if size else None,
    )


def _describe_weights(subject: Subject, saved: Saved) -> Serialization:
    return Serialization(
        workload=subject.workload.name,
        framework=subject.framework.name,
        title=subject.framework.title,
        form=saved.form,
        status="failed" if saved.error else "completed",
        error=saved.error,
        save_seconds=saved.save_seconds,
        load_seconds=saved.load_seconds,
        repeats=0 if saved.error else REPEATS,
        size_bytes=saved.size_bytes,
        same=saved.same,
    )


def _read_versions(framework: Framework, route: Route) -> dict[str, str]:
    """Of all that takes part; what is not installed has none."""
    versions = read_versions(framework)
    for package in (*route.packages, *(route.runtime.packages if route.runtime else ())):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
