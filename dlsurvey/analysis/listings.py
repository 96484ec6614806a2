"""Listings: the programs that ran, cut from their stored sources stage by stage."""

import ast
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.analysis.studied import ProgramSource
from dlsurvey.language import gettext as _
from dlsurvey.language import mark
from dlsurvey.records import Trial
from dlsurvey.store import Store
from experiments.frameworks import list_frameworks
from experiments.workloads import list_workloads

STAGES = (
    (
        "load_data",
        mark("Data"),
        mark(
            "Both libraries know the dataset by name. Keras hands over whole arrays, PyTorch a loader"
            " that cuts batches while training runs."
        ),
    ),
    (
        "build_model",
        mark("Model"),
        mark(
            "The same network, written out layer by layer; its last layer gives one logit a class."
        ),
    ),
    (
        "choose_loss_and_optimizer",
        mark("Loss and optimiser"),
        mark("Cross-entropy on logits, and an optimiser with each framework's own defaults."),
    ),
    (
        "train",
        mark("Training"),
        mark("One call in Keras; written out in PyTorch and JAX, where each line can be changed."),
    ),
    (
        "evaluate",
        mark("Test"),
        mark("Mean loss and accuracy over all test data, without training on them."),
    ),
)


def list_programs(store: Store, trials: Iterable[Trial]) -> tuple[ProgramSource, ...]:
    """The newest program of each workload in each framework, in the order of the registries."""
    newest: dict[tuple[str, str], Trial] = {}
    for trial in sorted(trials, key=lambda trial: trial.started_at):
        newest[trial.spec.workload, trial.spec.framework] = trial
    return tuple(
        ProgramSource(
            workload=workload.name,
            framework=framework.name,
            program=framework.program,
            title=framework.title,
            sha256=found.trainer_sha256,
            text=store.read_source(found.trainer_sha256),
        )
        for workload in list_workloads()
        for framework in list_frameworks()
        if (found := newest.get((workload.name, framework.name))) is not None
    )


def list_stages(programs: Sequence[ProgramSource]) -> tuple[Stage, ...]:
    """Each stage of the first workload that ran, in every framework that ran it."""
    stages = []
    for key, title, explanation in STAGES:
        listings = _list(choose_first(programs), key)
        if listings:
            stages.append(
                Stage(key=key, title=_(title), explanation=_(explanation), listings=listings)
            )
    return tuple(stages)


def list_networks(programs: Sequence[ProgramSource]) -> tuple[Stage, ...]:
    """Of the other workloads that ran the model alone, in every framework."""
    own = _group(programs)
    others = [one for one in list_workloads() if one.name in own][1:]
    return tuple(
        Stage(
            key=f"network-{workload.name}",
            title=workload.title,
            explanation=_("Its network; the whole programs are in the notebooks."),
            listings=_list(own[workload.name], "build_model"),
        )
        for workload in others
    )


def choose_first(programs: Sequence[ProgramSource]) -> tuple[ProgramSource, ...]:
    """Those of the first workload: what is printed whole, counted and aligned."""
    return tuple(one for one in programs if one.workload == programs[0].workload)


def cut_stages(source: str) -> dict[str, tuple[str, int]]:
    """Text and first line number of each stage of a program.

    A stage reaches from the end of the one before, with the classes and functions that it needs, to
    the end of its own function; the first one begins with the imports.
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    names = {key for key, _title, _explanation in STAGES}
    found: dict[str, tuple[str, int]] = {}
    start: int | None = None
    for node in body:
        first = min(
            (one.lineno for one in getattr(node, "decorator_list", ())), default=node.lineno
        )
        start = _include_comments(lines, first) if start is None else start
        if isinstance(node, ast.FunctionDef) and node.name in names:
            found[node.name] = "\n".join(lines[start - 1 : node.end_lineno]), start
            start = None
    return found


def _include_comments(lines: list[str], first: int) -> int:
    """Comments that stand right above a definition belong to it."""
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _group(programs: Iterable[ProgramSource]) -> dict[str, list[ProgramSource]]:
    found: dict[str, list[ProgramSource]] = {}
    for program in programs:
        found.setdefault(program.workload, []).append(program)
    return found


def _list(programs: Iterable[ProgramSource], stage: str) -> tuple[Listing, ...]:
    """Frameworks that run the same program share a listing, under all their titles."""
    listings: dict[str, Listing] = {}
    for program in programs:
        twin = listings.get(program.sha256)
        found = cut_stages(program.text).get(stage)
        if twin is not None:
            both = f"{twin.title} / {program.title}"
            listings[program.sha256] = replace(twin, title=both)
        elif found is not None:
            code, first_line = found
            listings[program.sha256] = Listing(
                framework=program.framework,
                program=program.program,
                title=program.title,
                stage=stage,
                code=code,
                first_line=first_line,
                source_sha256=program.sha256,
            )
    return tuple(listings.values())
