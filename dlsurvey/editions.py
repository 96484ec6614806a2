"""Turns the present state of the store into an edition, and an edition into files under `reports/`."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from dlsurvey import __version__
from dlsurvey.analysis.differences import Changes
from dlsurvey.config import Config
from dlsurvey.errors import RenderError, StoreError
from dlsurvey.files import explaining, is_lacking, write_atomic
from dlsurvey.garbage import resting_collector
from dlsurvey.heartbeat import find_heartbeat, find_interval, read_beats
from dlsurvey.imprint import keep_imprint, recall_imprint
from dlsurvey.language import gettext as _
from dlsurvey.language import speak
from dlsurvey.records import SCHEMA, Edition, to_json
from dlsurvey.rendition import Mark, describe_rendition, find_outdated, keep_mark
from dlsurvey.retention import find_folder, remove_old
from dlsurvey.state import read_state
from dlsurvey.store import Store
from dlsurvey.words import keep_words, recalling_words
from experiments.environment import read_environment
from experiments.frameworks import FRAMEWORKS

Format = Literal["html", "pdf", "slides"]
FORMATS: tuple[Format, ...] = get_args(Format)
VERSIONED = (
    "weasyprint",
    "matplotlib",
    *dict.fromkeys(name for one in FRAMEWORKS for name in (one.package, *one.companions)),
)


class Rendered(NamedTuple):
    """What rendering an edition did."""

    folder: Path
    reasons: tuple[str, ...]
    """Why its files had to be written; empty where they were as they should be."""
    removed: tuple[str, ...]
    """What the settings no longer keep, in sentences."""


class _Summary(msgspec.Struct, frozen=True):
    """What changed in an edition, in one line, as its files were written with."""

    summary: str
    language: str = "en"
    schema: int = SCHEMA


def order_editions(editions: Sequence[Edition]) -> tuple[Edition, ...]:
    """Oldest first, each after the one before it, even where a clock was set back in between."""
    by_id = {edition.id: edition for edition in editions}
    places: dict[str, tuple[datetime, int]] = {}
    for edition in editions:
        chain: dict[str, Edition] = {}
        one: Edition | None = edition
        while one is not None and one.id not in places and one.id not in chain:
            chain[one.id] = one
            one = by_id.get(one.previous or "")
        latest, length = places.get(one.id if one else "", (edition.created_at, 0))
        for member in reversed(chain.values()):
            latest, length = (
                max(latest, member.created_at) if length else member.created_at,
                length + 1,
            )
            places[member.id] = latest, length
    return tuple(sorted(editions, key=lambda edition: (*places[edition.id], edition.id)))


def is_new(config: Config, store: Store) -> bool:
    """Whether the store holds anything that the newest edition does not stand on."""
    newest = find_newest(store)
    return newest is None or newest.evidence_sha256 != read_state(config, store).sha256


def find_newest(store: Store) -> Edition | None:
    """The edition that no other one follows; None before the first."""
    editions = order_editions(store.list_editions())
    return editions[-1] if editions else None


def assemble(config: Config, store: Store) -> Edition:
    """The edition of what the store holds now; where nothing has changed, the newest one again."""
    state = read_state(config, store)
    training = state.training
    editions = order_editions(store.list_editions())
    newest = editions[-1] if editions else None
    if newest is not None and newest.evidence_sha256 == state.sha256:
        return newest
    created_at = _read_clock()
    edition = Edition(
        id=_choose_id(created_at, state.sha256, editions),
        created_at=created_at,
        profile=training.profile,
        offline=training.offline,
        config_sha256=config.sha256,
        evidence_sha256=state.sha256,
        observation_lines=state.lines,
        trials=training.trials,
        datasets=training.datasets,
        parity=training.parity,
        samples=training.samples,
        gradients=training.gradients,
        deployments=training.deployments,
        studies=training.studies,
        plan=training.plan,
        gaps=state.gaps,
        previous=newest.id if newest else None,
        versions=_read_versions(),
        environment=read_environment(),
        attempts=store.count_collection_lines(),
        due=created_at + find_interval(config),
    )
    keep_imprint(config, store)
    store.add_edition(edition)
    return edition


def render(
    config: Config,
    store: Store,
    edition: Edition,
    formats: Sequence[Format] = FORMATS,
    *,
    force: bool = False,
) -> Rendered:
    """Write the edition's files where they are not up to date, then what lists and leads to all.

    Raises RenderError where a place cannot be written, StoreError for a damaged file.
    """
    folder = config.reports / edition.id
    editions = order_editions(store.list_editions())
    is_newest = edition.id == editions[-1].id
    with recalling_words(config, store, edition, is_newest=is_newest) as recalled:
        then = recall_imprint(recalled, store, edition)
        basis = describe_rendition(then, formats)
        reasons = ("--force",) if force else find_outdated(config, edition, basis)
        if reasons:
            started = time.monotonic()
            with _dated(edition.created_at):
                _write(recalled, store, edition, formats, anew=force)
            seconds = round(time.monotonic() - started, 3)
            keep_mark(config, edition, Mark(basis, seconds))
        if is_newest:
            keep_words(config, store, edition)
    removed = remove_old(config, editions, keep=edition.id)
    _point_latest(config.reports, editions[-1].id)
    list_all(config, store, editions)
    return Rendered(folder, reasons, removed)


@resting_collector()
def _write(
    config: Config, store: Store, edition: Edition, formats: Sequence[Format], *, anew: bool
) -> None:
    from dlsurvey.analysis.survey import find_out
    from dlsurvey.diff import compare_with_previous
    from dlsurvey.render import write_edition
    from dlsurvey.render.pages import Own
    from dlsurvey.render.press import Press
    from dlsurvey.sections import read_sections

    then = recall_imprint(config, store, edition)
    with Press(formats, config.cache, anew=anew) as press:
        findings = find_out(then, store, edition)
        changes = compare_with_previous(then, store, edition, findings)
        findings = msgspec.structs.replace(findings, changes=changes)
        own = Own(read_sections(config), then.settings.sections)
        write_edition(findings, config.reports / edition.id, formats, own, press)
    _keep_summary(then, edition, changes)


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


def list_all(config: Config, store: Store, editions: Sequence[Edition]) -> None:
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
    heartbeat = find_heartbeat(config, read_beats(store), editions)
    write_index(config.reports, config.settings.survey, entries, heartbeat)


def _find_summary(config: Config, store: Store, edition: Edition) -> str:
    """As kept when the edition was rendered last; found out where nothing was kept."""
    path = config.store / "rendered" / f"{edition.id}.json"
    kept: _Summary | None = None
    with suppress(OSError, msgspec.MsgspecError):
        kept = msgspec.json.decode(path.read_bytes(), type=_Summary)
    if kept is not None and kept.language == config.settings.survey.language:
        return kept.summary
    from dlsurvey.diff import compare_with_previous

    try:
        changes = compare_with_previous(config, store, edition)
    except StoreError:
        with speak(config.settings.survey.language):
            return _("Its evidence can no longer be read.")
    return _keep_summary(config, edition, changes)


def _keep_summary(config: Config, edition: Edition, changes: Changes) -> str:
    """Keep it in the language of `config`, and give it back."""
    language = config.settings.survey.language
    with speak(language):
        summary = changes.summary
    path = config.store / "rendered" / f"{edition.id}.json"
    with explaining(RenderError, f"write {path}"):
        write_atomic(path, to_json(_Summary(summary, language)))
    return summary


def _point_latest(reports: Path, edition_id: str) -> None:
    """`reports/latest` leads to the newest edition: a link, or where there are none a text file."""
    latest, temporary = reports / "latest", reports / f".latest-{os.getpid()}.tmp"
    if not (reports / edition_id).is_dir():
        return
    with explaining(RenderError, f"write {latest}"):
        temporary.unlink(missing_ok=True)
        try:
            temporary.symlink_to(edition_id, target_is_directory=True)
        except (NotImplementedError, OSError) as error:
            if isinstance(error, OSError) and not is_lacking(error):
                raise
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
