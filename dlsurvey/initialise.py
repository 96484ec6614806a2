"""Turns an empty folder into a survey folder: settings, a place for the user's text, a workflow."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import msgspec

from dlsurvey import __version__
from dlsurvey.config import Config
from dlsurvey.errors import ConfigError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.schedule import read_scaffold, write_unit
from dlsurvey.settings import Settings

SCHEMA_NAME = "survey.schema.json"


def initialise(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write what is not there yet; gives back what was written and what was left alone.

    Raises ConfigError where the folder cannot be written.
    """
    config = Config(Settings(), folder.absolute(), {})
    files = {
        "survey.toml": read_scaffold("survey.toml"),
        SCHEMA_NAME: read_schema(),
        "requirements.txt": read_scaffold("requirements.txt").replace("@version", __version__),
        "README.md": read_scaffold("README.md"),
        ".gitignore": read_scaffold("gitignore.txt"),
        "sections/personal-findings.md": read_scaffold("section.md"),
        ".github/workflows/survey.yml": write_unit("github-actions", config),
    }
    return _write(folder, files)


def initialise_workload(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write a workload that passes `dlsurvey parity` as it is: the smallest of dlsurvey's own.

    As `initialise`.
    """
    example = resources.files("experiments").joinpath("workloads", "digits_mlp")
    files = {
        name: example.joinpath(name).read_text(encoding="utf-8")
        for name in ("workload.toml", "train_pytorch.py", "train_tensorflow.py")
    }
    files["workload.toml"] = (
        read_scaffold("workload.txt") + files["workload.toml"].partition("\n")[2]
    )
    return _write(folder, files)


def _write(folder: Path, files: Mapping[str, str]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    written, kept = [], []
    for name, text in files.items():
        path = folder / name
        if path.exists():
            kept.append(path)
            continue
        with explaining(ConfigError, f"write {path}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, text.encode())
        written.append(path)
    return tuple(written), tuple(kept)


def read_schema() -> str:
    """The JSON schema of survey.toml that comes with the package."""
    return resources.files("dlsurvey").joinpath(SCHEMA_NAME).read_text(encoding="utf-8")


def write_schema() -> str:
    """The JSON schema of survey.toml, with which editors complete and check it, from the settings."""
    schema = msgspec.json.schema(Settings)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return (
        msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"
    )


def main() -> None:
    """Bring the file of the package up to date: `make schema`."""
    path = Path(__file__).with_name(SCHEMA_NAME)
    write_atomic(path, write_schema().encode())


if __name__ == "__main__":
    main()
