"""Turns the present state of the store into an edition, and an edition into files under `reports/`."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from dlsurvey import __version__
from dlsurvey.collection import find_collection_gaps
from dlsurvey.config import Config
from dlsurvey.errors import RenderError, StoreError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.imprint import keep_imprint, recall_imprint
from dlsurvey.records import SCHEMA, Edition, Gap, content_sha256, to_json
from dlsurvey.retention import find_folder, read_manifest, remove_old
from dlsurvey.sections import hash_sections
from dlsurvey.store import Store
from dlsurvey.training import Training
from experiments.environment import read_environment
from experiments.frameworks import FRAMEWORKS

Format = Literal["html", "pdf", "slides"]
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


class Rendered(NamedTuple):
    """What rendering an edition did."""

    folder: Path
    written: bool
    """Whether anything had to be written."""
    removed: tuple[str, ...]
    """What the settings no longer keep, in sentences."""


class _Summary(msgspec.Struct, frozen=True):
    """What changed in an edition, in one line, as its files were written with."""

    summary: str
    schema: int = SCHEMA


def order_editions(editions: Sequence[Edition]) -> tuple[Edition, ...]:
    """Oldest first, each after the one before it, even where a clock was set back in between."""
    by_id = {edition.id: edition for edition in editions}

    def place(edition: Edition) -> tuple[datetime, int, str]:
        latest, chain, seen = edition.created_at, edition, {edition.id}
        while (chain := by_id.get(chain.previous or "", chain)).id not in seen:
            seen.add(chain.id)
            latest = max(latest, chain.created_at)
        return latest, len(seen), edition.id

    return tuple(sorted(editions, key=place))


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
    editions = order_editions(store.list_editions())
    newest = editions[-1] if editions else None
    if newest is not None and newest.evidence_sha256 == evidence_sha256:
        return newest
    created_at = _read_clock()
    edition = Edition(
        id=_choose_id(created_at, evidence_sha256, editions),
        created_at=created_at,
        profile=training.profile,
        offline=training.offline,
        config_sha256=config.sha256,
        evidence_sha256=evidence_sha256,
        observation_lines=lines,
        trials=training.trials,
        datasets=training.datasets,
        parity=training.parity,
        samples=training.samples,
        gradients=training.gradients,
        plan=training.plan,
        gaps=gaps,
        previous=newest.id if newest else None,
        versions=_read_versions(),
        environment=read_environment(),
    )
    keep_imprint(config, store)
    store.add_edition(edition)
    return edition


def render(
    config: Config, store: Store, edition: Edition, formats: Sequence[Format] = FORMATS
) -> Rendered:
    """Write the edition's files, then what lists and leads to all editions.

    Raises RenderError where a place cannot be written, StoreError for a damaged file.
    """
    then = recall_imprint(config, store, edition)
    folder = config.reports / edition.id
    renderer_sha256 = content_sha256((hash_renderer(then, formats), hash_sections(config)))
    mark = config.store / "rendered" / f"{edition.id}.sha256"
    written = not _is_current(folder, mark, renderer_sha256)
    if written:
        with _dated(edition.created_at):
            _write(config, store, edition, formats)
        with explaining(RenderError, f"write {mark}"):
            write_atomic(mark, renderer_sha256.encode("ascii"))
    editions = order_editions(store.list_editions())
    removed = remove_old(config, editions, keep=edition.id)
    _point_latest(config.reports, editions[-1].id)
    _list_all(config, store, editions)
    return Rendered(folder, written, removed)


def _write(config: Config, store: Store, edition: Edition, formats: Sequence[Format]) -> None:
    from dlsurvey.analysis.survey import find_out
    from dlsurvey.diff import compare_with_previous
    from dlsurvey.render import write_edition
    from dlsurvey.render.pages import Own
    from dlsurvey.sections import read_sections

    findings = find_out(recall_imprint(config, store, edition), store, edition)
    changes = compare_with_previous(config, store, edition, findings)
    findings = msgspec.structs.replace(findings, changes=changes)
    own = Own(read_sections(config), config.settings.sections)
    write_edition(findings, config.reports / edition.id, formats, own)
    _keep_summary(config, edition, changes.summary)


@contextmanager
def _dated(moment: datetime) -> Iterator[None]:
    """What libraries write as the date is the edition's; what comes later has its own clock."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _list_all(config: Config, store: Store, editions: Sequence[Edition]) -> None:
    """`index.html` and `feed.xml`, the newest edition first."""
    from dlsurvey.render.index import Entry, write_index

    entries = [
        Entry(
            edition=edition,
            summary=_find_summary(config, store, edition),
            folder=find_folder(config.reports, edition),
        )
        for edition in reversed(editions)
    ]
    write_index(config.reports, config.settings.survey, entries)


def _find_summary(config: Config, store: Store, edition: Edition) -> str:
    """As kept when the edition was rendered last; found out where nothing was kept."""
    path = config.store / "rendered" / f"{edition.id}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Summary).summary
    except (OSError, msgspec.MsgspecError):
        pass
    from dlsurvey.diff import compare_with_previous

    try:
        summary = compare_with_previous(config, store, edition).summary
    except StoreError:
        return "Its evidence can no longer be read."
    _keep_summary(config, edition, summary)
    return summary


def _keep_summary(config: Config, edition: Edition, summary: str) -> None:
    path = config.store / "rendered" / f"{edition.id}.json"
    with explaining(RenderError, f"write {path}"):
        write_atomic(path, to_json(_Summary(summary)))


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
        written_by = mark.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    return written_by == renderer_sha256 and read_manifest(folder) is not None


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


def _choose_id(created_at: datetime, evidence_sha256: str, editions: Sequence[Edition]) -> str:
    """The day and the evidence; counted up where the same evidence came back on the same day."""
    name = f"{created_at:%Y-%m-%d}-{evidence_sha256[:6]}"
    known = {edition.id for edition in editions}
    count = 1
    while (chosen := name if count == 1 else f"{name}-{count}") in known:
        count += 1
    return chosen


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
