"""Turns an empty folder into a survey folder: settings, a place for the user's text, a workflow."""

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
        SCHEMA_NAME: write_schema(),
        "requirements.txt": read_scaffold("requirements.txt").replace("@version", __version__),
        "README.md": read_scaffold("README.md"),
        ".gitignore": read_scaffold("gitignore.txt"),
        "sections/personal-findings.md": read_scaffold("section.md"),
        ".github/workflows/survey.yml": write_unit("github-actions", config),
    }
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


def write_schema() -> str:
    """The JSON schema of survey.toml, with which editors complete and check it."""
    schema = msgspec.json.schema(Settings)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return (
        msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode() + "\n"
    )
