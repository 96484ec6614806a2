"""What the documentation says of keys, files, commands and registries is true."""

import re
from pathlib import Path

import pytest

from dlsurvey import records
from dlsurvey.cli import cli
from dlsurvey.render.pages import CHAPTERS
from dlsurvey.settings import (
    Build,
    Data,
    Experiments,
    Margins,
    Schedule,
    Sections,
    SourceSettings,
    SubjectSettings,
    Survey,
)
from tests.conftest import REPOSITORY

DOCUMENTED = (
    records.Observation, records.Collection, records.Gap, records.Trial, records.TrialSpec,
    records.Load, records.Metrics, records.Mistake, records.Sample, records.Samples,
    records.Parity, records.ParityCheck, records.Environment,
    records.Dataset, records.Edition,
)  # fmt: skip


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("record", DOCUMENTED, ids=lambda record: record.__name__)
def test_every_key_is_documented(record: type[records.Record]) -> None:
    section = read("docs/data-format.md").split(f"\n## {record.__name__}\n")[1].split("\n## ")[0]
    documented = {
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert documented == set(record.__struct_fields__)


def test_every_setting_is_documented() -> None:
    text = read("docs/settings.md")
    for section, struct in (
        ("survey", Survey), ("build", Build), ("data", Data), ("experiments", Experiments),
        ("margins", Margins), ("sections", Sections),
        ("schedule", Schedule), ("sources.NAME", SourceSettings), ("subjects.NAME", SubjectSettings),
    ):  # fmt: skip
        table = text.split(f"\n## [{section}]\n")[1].split("\n## ")[0]
        assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == set(struct.__struct_fields__)


def test_readme_names_every_command() -> None:
    text = read("README.md")
    for name in cli.commands:
        assert f"dlsurvey {name}" in text
    assert "make report" in text
    assert "make test" in text


def test_links_in_the_documentation_lead_somewhere() -> None:
    for path in (*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_module_says_what_it_is() -> None:
    for package in ("dlsurvey", "collectors", "experiments", "benchmarks"):
        for path in (REPOSITORY / package).rglob("*.py"):
            assert path.read_text(encoding="utf-8").startswith('"""'), path


def test_no_machine_path_is_committed() -> None:
    names = ("dlsurvey", "collectors", "experiments", "benchmarks", "docs", "templates")
    for name in names:
        for path in (REPOSITORY / name).rglob("*"):
            if path.is_file() and path.suffix in (".py", ".md", ".toml", ".jinja", ".css"):
                assert not re.search(
                    r"/wor[k]/|/roo[t]/|/hom[e]/\w", path.read_text(encoding="utf-8")
                )


def test_ci_runs_the_test_command_and_nothing_else() -> None:
    lines = [line for line in read(".ci/run").splitlines() if line and not line.startswith("#")]
    assert lines[-1] == "exec make test"
    assert Path(REPOSITORY / ".ci/run").stat().st_mode & 0o111


def test_constraints_hold_what_is_installed_from_an_index() -> None:
    for line in read("constraints.txt").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==\S+", line), line


def test_every_chapter_is_named_where_sections_are_explained() -> None:
    text = read("docs/sections.md")
    for key, _ in CHAPTERS:
        assert f"`{key}`" in text
