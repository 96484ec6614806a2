"""Turns trained networks into records of every way out of their frameworks: exported, run, judged."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from experiments.datasets import Classes, load_arrays
from experiments.deployment.export_worker import IMAGES, LOGITS
from experiments.deployment.exporting import Exported, Subject, export
from experiments.deployment.judgement import compare_answers
from experiments.deployment.processes import ask
from experiments.deployment.record import ROUNDS, Deployment, Deployments, Run, Serialization
from experiments.deployment.routes import ROUTES, Route
from experiments.deployment.runtime_worker import Job, Outcome
from experiments.environment import read_environment
from experiments.load import LoadMeter
from experiments.runner import make_environment


def deploy_all(
    subjects: Sequence[Subject],
    *,
    timeout_seconds: float,
    say: Callable[[str], None],
    routes: tuple[Route, ...] = ROUTES,
) -> Deployments:
    """Export every subject by every route of its framework, then run what was exported.

    Each framework exports in a process of its own; each exported network runs in three fresh ones,
    round by round, so that what disturbs the machine for a while falls on all of them. Files live
    in a temporary folder and are gone afterwards.
    """
    deployments: list[Deployment] = []
    serializations: list[Serialization] = []
    measured_at = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="dlsurvey-") as temporary:
        exported: list[Exported] = []
        for place, subject in enumerate(subjects):
            say(f"Exporting {subject.workload.name} from {subject.framework.title} ...")
            folder = Path(temporary) / str(place)
            folder.mkdir()
            done, saved = export(subject, folder, routes, timeout_seconds)
            exported += done
            serializations += saved
        say(f"Running what was exported, {ROUNDS} times each ...")
        deployments = run_rounds(exported, timeout_seconds)
    return Deployments(
        measured_at=measured_at,
        environment=read_environment(),
        threads=max((subject.spec.threads for subject in subjects), default=1),
        deployments=tuple(deployments),
        serializations=tuple(serializations),
    )


def run_rounds(exported: Sequence[Exported], timeout_seconds: float) -> list[Deployment]:
    """Every exported network in a fresh process, and all of them again, in the reverse order."""
    found = {place: one.deployment for place, one in enumerate(exported)}
    for number in range(ROUNDS):
        places = list(found) if number % 2 == 0 else list(reversed(found))
        for place in places:
            if found[place].status == "completed":
                found[place] = run_once(exported[place], found[place], timeout_seconds)
    return list(found.values())


def run_once(one: Exported, deployment: Deployment, timeout_seconds: float) -> Deployment:
    """With one more run, judged at the first; a run that fails ends it."""
    first = not deployment.runs
    run, error = _run(one, timeout_seconds, judge=first)
    if run is None:
        return replace(deployment, status="failed", error=error)
    deployment = replace(deployment, runs=(*deployment.runs, run))
    if not first:
        return deployment
    answers = compare_answers(
        np.load(Path(one.folder) / LOGITS),
        np.load(_name_answers(one)),
        _load_labels(one.subject),
        one.route.precision,
    )
    if isinstance(answers, str):
        return replace(deployment, status="failed", error=answers)
    return replace(
        deployment,
        answers=answers,
        error=answers.finding,
        status="completed" if answers.same else "failed",
    )


def _run(one: Exported, timeout_seconds: float, *, judge: bool) -> tuple[Run | None, str]:
    runtime, spec = one.route.runtime, one.subject.spec
    assert runtime is not None
    job = Job(
        module=runtime.module,
        path=one.path,
        images=str(Path(one.folder) / IMAGES),
        threads=spec.threads,
        answers=str(_name_answers(one)) if judge else "",
    )
    variables = make_environment(spec, one.subject.framework) | runtime.variables
    meter = LoadMeter()
    answer = ask("experiments.deployment.runtime_worker", job, Outcome, variables, timeout_seconds)
    if isinstance(answer, str):
        return None, answer
    if answer.run is None:
        return None, answer.error
    return replace(answer.run, foreign_cores=meter.read().foreign_cores), ""


def _name_answers(one: Exported) -> Path:
    return Path(one.folder) / f"{one.route.name}.npy"


def _load_labels(subject: Subject) -> Classes:
    _, test = load_arrays(Path(subject.prepared), 1)
    return test.labels
