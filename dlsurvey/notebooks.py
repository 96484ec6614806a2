"""Notebooks of an edition: each program that ran, cut into cells where its stages begin."""

import html
import logging
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeAlias

from packaging.version import InvalidVersion, Version

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.listings import STAGES, cut_stages
from dlsurvey.analysis.studied import ProgramSource
from dlsurvey.errors import ConfigError
from dlsurvey.language import gettext as _
from dlsurvey.language import speaking_its_language
from dlsurvey.records import Trial
from experiments.frameworks import Framework, find_framework

FOLDER = "notebooks"
MAIN = 'if __name__ == "__main__":'

logger = logging.getLogger(__name__)

Cell: TypeAlias = tuple[Literal["code", "markdown"], str]


@speaking_its_language
def write_notebooks(findings: Findings) -> dict[str, bytes]:
    """Every notebook by its path inside the edition; the same findings give the same bytes."""
    files = {}
    titles = {workload.name: workload.title for workload in findings.workloads}
    for program in findings.programs:
        if program.workload not in titles:
            continue
        try:
            content = write_notebook(program, titles[program.workload], findings.trials)
        except (SyntaxError, ConfigError) as error:
            logger.warning("No notebook for %s: %s", program.title, error)
            continue
        name = re.sub(r"[^A-Za-z0-9-]+", "-", program.framework)
        files[f"{FOLDER}/{program.workload}_{name}.ipynb"] = content
    return files


def write_notebook(program: ProgramSource, title: str, trials: Sequence[Trial]) -> bytes:
    """One notebook, not run; raises SyntaxError where the program cannot be read."""
    import nbformat  # late: it validates by a schema that takes time to load

    cells = [*_introduce(program, title, trials), *cut_cells(program.text)]
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


def cut_cells(source: str) -> Iterator[Cell]:
    """The program in cells: a heading and its code for each stage, then what calls them in turn."""
    stages = cut_stages(source)
    for key, title, explanation in STAGES:
        if key in stages:
            yield "markdown", f"## {_(title)}\n\n{_(explanation)}"
            yield "code", stages[key][0]
    _before, found, main = source.partition(f"\n{MAIN}\n")
    if found:
        yield "markdown", "## " + _("All in turn")
        yield "code", textwrap.dedent(main)


def _introduce(program: ProgramSource, title: str, trials: Sequence[Trial]) -> Iterator[Cell]:
    """What this is, and what must be installed."""
    framework = find_framework(program.framework)
    heading = _("{workload} with {framework}").format(workload=title, framework=framework.title)
    origin = _(
        "This is the program that ran for the survey (SHA-256 `{digest}`), cut into cells. Where"
        " its data are not on this machine, its library downloads them. Times measured here are not"
        " those of the survey, which gives every run a process of its own."
    ).format(digest=program.sha256[:16])
    yield "markdown", f"# {quote(heading)}\n\n{origin}"
    trial = _find_trial(trials, program)
    packages = " ".join(list_packages(framework, program.text, trial))
    yield "markdown", _("Install first:") + f"\n\n    pip install {packages}"
    lines = [f"os.environ[{name!r}] = {value!r}" for name, value in framework.variables.items()]
    if lines:
        yield "code", "\n".join(["import os", "", *lines])


def list_packages(framework: Framework, source: str, trial: Trial | None) -> list[str]:
    """Framework and companions with the versions of the trial, and what the program loads data by."""
    versions = trial.environment.versions if trial else {}
    packages = []
    for package in (framework.package, *framework.companions):
        version = _read_version(versions.get(package, ""))
        packages.append(f"{package}=={version}" if version else package)
    loaders = {"torchvision": "torchvision", "sklearn": "scikit-learn", "torch": "torch"}
    known = {framework.package, *framework.companions}
    return packages + [
        package
        for module, package in loaders.items()
        if re.search(rf"^(?:import|from) {module}\b", source, re.MULTILINE) and package not in known
    ]


def quote(text: str) -> str:
    """Words of a user as Markdown that shows them and does nothing else."""
    plain = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#!|~])", r"\\\1", plain)


def _make_cell(nbformat: Any, kind: str, text: str, number: int) -> Any:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(text.strip("\n"), id=f"cell-{number}")  # or the identifier would be random


def _read_version(text: str) -> str:
    """The public part: a build such as '+cpu' is on no public index."""
    try:
        return Version(text).public
    except InvalidVersion:
        return ""


def _find_trial(trials: Sequence[Trial], program: ProgramSource) -> Trial | None:
    """The newest that ran this very program."""
    found = [one for one in trials if one.trainer_sha256 == program.sha256]
    return max(found, key=lambda trial: trial.started_at, default=None)
