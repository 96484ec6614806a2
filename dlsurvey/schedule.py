"""Turns a survey folder into the unit that runs it every week: cron, systemd or GitHub Actions."""

import shlex
import shutil
import string
import sys
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

from dlsurvey.config import Config

Kind = Literal["cron", "systemd", "github-actions"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class _Unit(string.Template):
    """Dollar signs and double braces belong to shells and to GitHub."""

    delimiter = "@"
    idpattern = r"(?:quoted_|unit_)?(?:folder|program|logs)|requirement|version"


def write_unit(kind: Kind, config: Config) -> str:
    """The whole unit, with what to do with it in its comments."""
    program = find_program()
    values = {
        "folder": str(config.folder),
        "quoted_folder": shlex.quote(str(config.folder)),
        "quoted_program": _escape_cron(shlex.quote(program)),
        "quoted_logs": _escape_cron(shlex.quote(str(config.logs))),
        "unit_folder": _escape_unit(str(config.folder)),
        "unit_program": _escape_unit(program),
        "requirement": find_requirement(config.folder),
    }
    values["quoted_folder"] = _escape_cron(values["quoted_folder"])
    return _Unit(read_scaffold(f"{kind}.txt")).safe_substitute(values)


def find_requirement(folder: Path) -> str:
    """What pip installs in the workflow: this checkout itself, or what the survey folder names."""
    project = folder / "pyproject.toml"
    if project.exists() and 'name = "dlsurvey"' in project.read_text(encoding="utf-8"):
        return "--constraint constraints.txt --editable ."
    return "--requirement requirements.txt"


def read_scaffold(name: str) -> str:
    """One of the files that come with the package."""
    return resources.files("dlsurvey").joinpath("scaffold", name).read_text(encoding="utf-8")


def find_program() -> str:
    """This very `dlsurvey`: a scheduler has another PATH than the user."""
    beside = Path(sys.executable).with_name("dlsurvey")
    return str(beside) if beside.exists() else shutil.which("dlsurvey") or "dlsurvey"


def _escape_cron(word: str) -> str:
    """cron ends a command at a bare percent sign."""
    return word.replace("%", r"\%")


def _escape_unit(path: str) -> str:
    """systemd expands %x, and splits at spaces what is not quoted."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if " " in path else escaped
