"""Turns an edition's listings into notebooks that run on their own, one per workload and framework."""

import html
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from packaging.version import InvalidVersion, Version

from dlsurvey.analysis.excerpts import Excerpt, excerpt
from dlsurvey.analysis.findings import Findings, Stage, WorkloadFindings
from dlsurvey.analysis.studied import TrainerSource
from dlsurvey.errors import ConfigError
from dlsurvey.language import gettext as _
from dlsurvey.language import speaking_its_language
from dlsurvey.records import Trial
from experiments.frameworks import Framework, find_framework
from experiments.notebooks import stand_ins
from experiments.workloads import Workload, list_workloads

FOLDER = "notebooks"
SETUP = ("prepare_framework", "count_parameters")
"""Functions beside the listings that the last cell calls."""
BREAK = "\n# %% "
"""Where the stand-ins are cut into cells."""
DOWNLOADED = {"mnist": "MNIST", "cifar10": "CIFAR-10"}
"""What a notebook can download; with other images it trains on the digits."""

logger = logging.getLogger(__name__)


class NotebookError(Exception):
    """A trainer cannot be written as a notebook; the message says why."""


class Subject(NamedTuple):
    """All that one notebook is about."""

    workload: WorkloadFindings
    known: Workload
    trainer: TrainerSource
    framework: Framework
    trial: Trial | None
    """The newest of this framework on this workload with this source; None where there is none."""
    parts: Excerpt


Cell: TypeAlias = tuple[Literal["code", "markdown"], str]


@speaking_its_language
def write_notebooks(findings: Findings) -> dict[str, bytes]:
    """Every notebook by its path inside the edition; the same findings give the same bytes."""
    files = {}
    for workload in findings.workloads:
        known = next((one for one in list_workloads() if one.name == workload.name), None)
        if known is None:
            continue
        for trainer in findings.trainers:
            name = re.sub(r"[^A-Za-z0-9-]+", "-", trainer.framework)
            try:
                content = write_notebook(findings, workload, known, trainer)
            except (NotebookError, SyntaxError, ConfigError) as error:
                logger.warning("No notebook for %s: %s", trainer.title, error)
                continue
            files[f"{FOLDER}/{known.name}_{name}.ipynb"] = content
    return files


def write_notebook(
    findings: Findings, workload: WorkloadFindings, known: Workload, trainer: TrainerSource
) -> bytes:
    """One notebook, not run; raises NotebookError where the trainer needs more of this project."""
    import nbformat

    stages = [stage.key for stage in findings.stages]
    parts = excerpt(trainer.text, (*SETUP, *stages))
    missing = [name for name in (*SETUP, *stages) if name not in parts.definitions]
    unknown = sorted(name for name in parts.provided if not hasattr(stand_ins, name))
    if missing or unknown:
        raise NotebookError(
            f"its trainer (SHA-256 {trainer.sha256[:8]})"
            + (f" has no {', '.join(missing)}" if missing else f" needs {', '.join(unknown)}")
        )
    subject = Subject(
        workload=workload,
        known=known,
        trainer=trainer,
        framework=find_framework(trainer.framework),
        trial=_find_trial(findings.trials, known.name, trainer),
        parts=parts,
    )
    cells = [
        *_introduce(subject),
        *_define(subject),
        *_show_stages(findings.stages, parts),
        *_run(subject),
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[
            _make_cell(nbformat, kind, text, number) for number, (kind, text) in enumerate(cells, 1)
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n".encode()


def _make_cell(nbformat: Any, kind: str, text: str, number: int) -> Any:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(text.strip("\n"), id=f"cell-{number}")  # or the identifier would be random


def _introduce(subject: Subject) -> Iterator[Cell]:
    """What this is, and what must be installed."""
    framework, trainer = subject.framework, subject.trainer
    source = choose_images(subject)
    images = DOWNLOADED.get(source) or _("the handwritten digits of scikit-learn")
    heading = _("{workload} with {framework}").format(
        workload=subject.known.title, framework=framework.title
    )
    origin = _(
        "Each function below is the one that ran for the survey, taken from the source of its"
        " trainer (SHA-256 `{digest}`). What stands in for the survey's own program"
        " is in the first cells, so that the notebook runs anywhere."
    ).format(digest=trainer.sha256[:16])
    trained = _(
        "It trains on {images}; the survey trained on {dataset}. Times"
        " measured here are not those of the survey, which gives every run a process of its own."
    ).format(images=images, dataset=quote(subject.workload.dataset.title))
    yield "markdown", f"# {heading}\n\n{origin}\n\n{trained}"
    packages = " ".join(list_packages(subject))
    yield "markdown", _("Install first:") + f"\n\n    pip install {packages}"
    variables = choose_variables(framework, subject.trial)
    lines = [f"os.environ[{name!r}] = {value!r}" for name, value in sorted(variables.items())]
    yield "code", "\n".join(["import os", "", *lines])


def _define(subject: Subject) -> Iterator[Cell]:
    """Imports, stand-ins, the network and how it is trained, and what the listings call."""
    yield "code", "\n".join(subject.parts.imports)
    _head, *texts = Path(stand_ins.__file__).read_text(encoding="utf-8").split(BREAK)
    for text in texts:
        yield "code", f"# {text}"
    yield "markdown", "## " + _("The network, and how it is trained")
    yield "code", describe_workload(subject.known)
    yield "code", describe_spec(subject)


def _show_stages(stages: Sequence[Stage], parts: Excerpt) -> Iterator[Cell]:
    """What the listings call, then each listing as it ran."""
    shown = {stage.key for stage in stages}
    others = [text for name, text in parts.definitions.items() if name not in shown]
    yield "markdown", "## " + _("Small parts that the following functions use")
    yield "code", "\n\n\n".join(others)
    for stage in stages:
        yield "markdown", f"## {stage.title}\n\n{stage.explanation}"
        yield "code", parts.definitions[stage.key]


def _run(subject: Subject) -> Iterator[Cell]:
    """Train and test once, in the order of the survey's own worker."""
    yield "markdown", "## " + _("Train and test")
    yield (
        "code",
        "prepare_framework(spec)\n"
        f"train_images, test_images = load_images(workload, {choose_images(subject)!r},"
        f" {choose_library(subject)!r})\n"
        "train_data = load_data(train_images, spec, shuffle=True)\n"
        "test_data = load_data(test_images, spec, shuffle=False)\n"
        "model = build_model(workload, classes)\n"
        "tools = choose_loss_and_optimizer(model, workload, spec)\n"
        "train(model, tools, train_data, spec, Journal())\n"
        "test_loss, test_accuracy = evaluate(model, test_data, spec)\n"
        'print(f"{count_parameters(model):,} parameters, test loss {test_loss:.4f},"\n'
        '      f" test accuracy {test_accuracy:.4f}")',
    )


def describe_workload(known: Workload) -> str:
    """The network as code."""
    layers = "".join(f"        {layer!r},\n" for layer in known.hidden_layers)
    return (
        f"workload = Workload(\n    name={known.name!r},\n    dataset={known.dataset!r},\n"
        f"    input_shape={known.input_shape!r},\n    hidden_layers=(\n{layers}    ),\n"
        f"    learning_rate={known.learning_rate!r},\n)\nclasses = 10"
    )


def describe_spec(subject: Subject) -> str:
    """How the survey trained it, as code; its own seed and epochs where a trial is known."""
    known, trial = subject.known, subject.trial
    values: dict[str, str | int] = {
        "mode": trial.spec.mode if trial else subject.framework.modes[0],
        "seed": trial.spec.seed if trial else 0,
        "epochs": trial.spec.epochs if trial else known.epochs,
        "batch_size": trial.spec.batch_size if trial else known.batch_size,
        "threads": trial.spec.threads if trial else 2,
    }
    lines = "".join(f"    {name}={value!r},\n" for name, value in values.items())
    return f"spec = TrialSpec(\n{lines})"


def choose_images(subject: Subject) -> str:
    """The survey's images where they can be downloaded, else the digits."""
    name = subject.workload.dataset.name
    return name if name in DOWNLOADED else "digits"


def choose_library(subject: Subject) -> str:
    """What downloads: Keras where it is there anyway, since not all can share a process."""
    with_keras = any(line.startswith("from keras ") for line in subject.parts.imports)
    return "keras" if with_keras else "torchvision"


def choose_variables(framework: Framework, trial: Trial | None) -> dict[str, str]:
    """What must be set before the framework is imported."""
    threads = str(trial.spec.threads) if trial else "2"
    backend = {"KERAS_BACKEND": "tensorflow"} if "keras" in framework.companions else {}
    return {"PJRT_NPROC": threads, "TF_CPP_MIN_LOG_LEVEL": "1"} | backend | framework.variables


def list_packages(subject: Subject) -> list[str]:
    """Framework and companions with the versions of the trial, and what the images need."""
    framework = subject.framework
    versions = subject.trial.environment.versions if subject.trial else {}
    packages = []
    for package in (framework.package, *framework.companions):
        version = _read_version(versions.get(package, ""))
        packages.append(f"{package}=={version}" if version else package)
    beside = ["numpy", "pillow", "scikit-learn"]
    if choose_library(subject) == "torchvision":
        beside.insert(0, "torchvision")
    return packages + [name for name in beside if name not in framework.companions]


def quote(text: str) -> str:
    """Words of a user as Markdown that shows them and does nothing else."""
    plain = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#!|~])", r"\\\1", plain)


def _read_version(text: str) -> str:
    """The public part: a build such as '+cpu' is on no public index."""
    try:
        return Version(text).public
    except InvalidVersion:
        return ""


def _find_trial(trials: Sequence[Trial], workload: str, trainer: TrainerSource) -> Trial | None:
    """The newest one as the tutorial writes it, in the framework's first mode if there is one."""
    modes = find_framework(trainer.framework).modes
    found = [
        trial
        for trial in trials
        if trial.spec.workload == workload
        and trial.spec.framework == trainer.framework
        and trial.trainer_sha256 == trainer.sha256
        and trial.spec.protocol == "idiomatic"
        and trial.spec.device == "cpu"
    ]
    found.sort(key=lambda trial: (trial.spec.mode == modes[0], trial.started_at))
    return found[-1] if found else None
