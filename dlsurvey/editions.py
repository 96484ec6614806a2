"""Turns the present state of the store into an edition, and an edition into files under `reports/`."""

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal, get_args

import msgspec

from dlsurvey import __version__
from dlsurvey.collection import find_collection_gaps
from dlsurvey.config import Config
from dlsurvey.errors import RenderError
from dlsurvey.files import explaining
from dlsurvey.records import Edition, Gap, content_sha256
from dlsurvey.store import Store
from dlsurvey.training import Training
from experiments.environment import read_environment
from experiments.frameworks import FRAMEWORKS

Format = Literal["html", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
VERSIONED = (
    "weasyprint",
    "matplotlib",
    *dict.fromkeys(name for one in FRAMEWORKS for name in (one.package, *one.companions)),
)


UNTRAINED = Training(
    profile="none",
    offline=False,
    plan="Nothing has been trained yet.",
    datasets=(),
    trials=(),
    gaps=(
        Gap(
            what="The comparison",
            why="Nothing has been trained yet.",
            cure="Run `dlsurvey build` or `dlsurvey train`.",
        ),
    ),
)
"""What an edition stands on before the first training."""


class _ListedFile(msgspec.Struct):
    path: str
    sha256: str


class _Manifest(msgspec.Struct):
    files: list[_ListedFile]


def assemble(config: Config, store: Store) -> Edition:
    """The edition of what the store holds now; where nothing has changed, the newest one again."""
    training = store.read_training(Training) or UNTRAINED
    gaps = (
        *find_collection_gaps(config, store),
        *training.gaps,
        *_find_failed_trials(store, training.trials),
    )
    lines = store.count_observation_lines()
    evidence_sha256 = content_sha256((config.sha256, training, lines, gaps))
    editions = store.list_editions()
    newest = editions[-1] if editions else None
    if newest is not None and newest.evidence_sha256 == evidence_sha256:
        return newest
    created_at = _read_clock()
    edition = Edition(
        id=f"{created_at:%Y-%m-%d}-{evidence_sha256[:6]}",
        created_at=created_at,
        profile=training.profile,
        offline=training.offline,
        config_sha256=config.sha256,
        evidence_sha256=evidence_sha256,
        observation_lines=lines,
        trials=training.trials,
        datasets=training.datasets,
        parity=training.parity,
        plan=training.plan,
        gaps=gaps,
        previous=newest.id if newest else None,
        versions=_read_versions(),
        environment=read_environment(),
    )
    store.add_edition(edition)
    return edition


def render(
    config: Config, store: Store, edition: Edition, formats: Sequence[Format] = FORMATS
) -> tuple[Path, bool]:
    """Write the edition's files; returns its folder and whether anything had to be written.

    Raises RenderError where the folder cannot be written.
    """
    folder = config.reports / edition.id
    renderer_sha256 = hash_renderer(config, formats)
    mark = config.store / "rendered" / f"{edition.id}.sha256"
    newest = store.list_editions()[-1].id
    if _is_current(folder, mark, renderer_sha256):
        _point_latest(config.reports, newest)
        return folder, False
    os.environ["SOURCE_DATE_EPOCH"] = str(int(edition.created_at.timestamp()))
    from dlsurvey.analysis.survey import find_out
    from dlsurvey.render import write_edition

    findings = find_out(config, store, edition)
    write_edition(findings, folder, formats)
    with explaining(RenderError, f"write {mark}"):
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(renderer_sha256, encoding="ascii")
    _point_latest(config.reports, newest)
    return folder, True


def hash_renderer(config: Config, formats: Sequence[Format]) -> str:
    """Hash of everything but the evidence that decides how an edition looks: code, templates, formats."""
    digest = hashlib.sha256(f"{config.sha256} {sorted(formats)} {__version__}".encode())
    root = Path(__file__).parent
    for folder in (root, root.parent / "templates", root.parent / "collectors"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _is_current(folder: Path, mark: Path, renderer_sha256: str) -> bool:
    """Whether the files are there as their manifest lists them, written by this very renderer."""
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=_Manifest)
        return mark.read_text() == renderer_sha256 and all(
            hashlib.sha256((folder / file.path).read_bytes()).hexdigest() == file.sha256
            for file in manifest.files
        )
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return False


def _point_latest(reports: Path, edition_id: str) -> None:
    """`reports/latest` leads to the newest edition: a link, or where there are none a text file."""
    latest, temporary = reports / "latest", reports / f".latest-{os.getpid()}.tmp"
    if not (reports / edition_id).is_dir():
        return
    with explaining(RenderError, f"write {latest}"):
        temporary.unlink(missing_ok=True)
        try:
            temporary.symlink_to(edition_id, target_is_directory=True)
        except (NotImplementedError, PermissionError):
            temporary.write_text(f"{edition_id}\n", encoding="utf-8")
        try:
            temporary.replace(latest)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def _find_failed_trials(store: Store, trials: Sequence[str]) -> tuple[Gap, ...]:
    gaps = []
    for trial_id in trials:
        trial = store.read_trial(trial_id)
        if trial.status != "completed":
            spec = trial.spec
            gaps.append(
                Gap(
                    what=f"{spec.workload} in {spec.framework}, seed {spec.seed}",
                    why=f"The trial {trial.status}: {trial.reason}.",
                    cure=f"Read logs/trials/{spec.key}.log; the next build runs it again.",
                )
            )
    return tuple(gaps)


def _read_clock() -> datetime:
    """Now, or SOURCE_DATE_EPOCH where it is set: for editions that must come out the same."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC)
    return datetime.now(UTC).replace(microsecond=0)


def _read_versions() -> dict[str, str]:
    versions = {"dlsurvey": __version__}
    for package in VERSIONED:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
