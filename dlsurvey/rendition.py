"""Turns what the files of an edition depend on besides its evidence into whether they are up to date."""

import hashlib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from dlsurvey import __version__
from dlsurvey.basis import HASH, HASH_DIGITS, Basis, find_changes
from dlsurvey.config import Config
from dlsurvey.errors import RenderError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.fonts import list_families
from dlsurvey.language import spoken
from dlsurvey.records import Edition, to_json
from dlsurvey.retention import read_manifest
from dlsurvey.sections import hash_sections

DRAWING = (
    "weasyprint", "pydyf", "fonttools", "matplotlib", "jinja2", "pygments", "babel", "pillow",
    "markdown-it-py", "nbformat", "numpy", "scipy", "pandas", "lizard", "msgspec",
    "koreanize-matplotlib",
)  # fmt: skip
"""Packages that compute, draw, set or write what stands in the files."""

SUFFIXES = (".py", ".toml", ".po", ".jinja", ".css", ".js", ".json")
"""Of what the program is made of; editors and linters leave other files beside it."""
ROOT = Path(__file__).parent
DRAWERS = (ROOT, ROOT.parent / "collectors")
"""All code that reads evidence, and so all that decides how a drawing looks."""
PROGRAM = (*DRAWERS, ROOT.parent / "templates")
"""All code that reads evidence and writes files, and what it fills in."""


class Mark(msgspec.Struct, frozen=True):
    """What the files of an edition were last written with, and how long that took."""

    basis: dict[str, str]
    seconds: float
    schema: int = 1


def describe_rendition(then: Config, formats: Sequence[str]) -> Basis:
    """What the files depend on; `then` holds the settings and the sections of the edition."""
    return {
        "dlsurvey": __version__,
        "its code and templates": f"{HASH}{hash_files(PROGRAM)[:HASH_DIGITS]}",
        "the settings": f"{HASH}{then.sha256[:HASH_DIGITS]}",
        "your sections": f"{HASH}{hash_sections(then)[:HASH_DIGITS]}",
        "formats": ", ".join(sorted(formats)) or "none",
        **read_versions(),
    }


def find_outdated(config: Config, edition: Edition, basis: Basis) -> tuple[str, ...]:
    """Why the files have to be written again; empty where they are as they should be."""
    mark = read_mark(config, edition)
    if mark is None:
        return ("its files had not been written yet",)
    changes = find_changes(mark.basis, basis)
    if not changes and read_manifest(config.reports / edition.id) is None:
        return ("its files were not there as they had been written",)
    return changes


def keep_mark(config: Config, edition: Edition, mark: Mark) -> None:
    """Note what the files were written with; raises RenderError."""
    path = _find_path(config, edition)
    with explaining(RenderError, f"write {path}"):
        write_atomic(path, to_json(mark))


def read_mark(config: Config, edition: Edition) -> Mark | None:
    """What was noted when the files were last written; None where nothing can be read."""
    try:
        return msgspec.json.decode(_find_path(config, edition).read_bytes(), type=Mark)
    except (OSError, msgspec.MsgspecError):
        return None


def _find_path(config: Config, edition: Edition) -> Path:
    return config.store / "rendered" / f"{edition.id}.basis.json"


def read_versions() -> dict[str, str]:
    """Of the packages that have a hand in the files."""
    versions = {}
    for package in DRAWING:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def describe_program() -> tuple[str, dict[str, str], str, tuple[str, ...]]:
    """What decides how anything is drawn or set, besides what is drawn or set.

    The fonts of the system have a part in Korean alone: all other letters come with Matplotlib.
    """
    language = spoken()
    fonts = list_families() if language == "ko" else ()
    return hash_files(DRAWERS), read_versions(), language, fonts


def hash_files(folders: Sequence[Path]) -> str:
    """Of what the program is made of in these folders, and below them."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
