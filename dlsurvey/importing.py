"""Turns a file that somebody brings into stored observations, and says what was understood and refused."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from collectors.imports import IMPORTERS
from collectors.imports.base import ImportedFile, Importer, list_lines
from collectors.refusals import MalformedError, Unavailable
from dlsurvey.config import Config
from dlsurvey.console import Console
from dlsurvey.errors import ConfigError, SurveyError
from dlsurvey.records import Observation
from dlsurvey.store import Store

MAX_RAW_BYTES = 64 * 2**20
"""A larger file is not copied into the store; its hash is kept all the same."""
_BLOCK_BYTES = 2**20
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class NothingUsable(SurveyError):
    """A file of the right kind in which nothing could be understood."""


def find_importer(name: str) -> Importer:
    """The importer of that name; raises ConfigError naming the known ones."""
    for importer in IMPORTERS:
        if importer.name == name:
            return importer
    known = ", ".join(importer.name for importer in IMPORTERS)
    raise ConfigError(f"There is no importer '{name}'. Known: {known}.")


def import_file(
    config: Config, store: Store, console: Console, name: str, path: Path
) -> tuple[int, int]:
    """Read `path` and store what was understood; answers how much that was, and how much is new.

    Raises ConfigError for a file of another kind, NothingUsable where no row can be used.
    """
    importer = find_importer(name)
    source = f"import-{importer.name}"
    try:
        file, content = _open(path)
        reading = importer.read(file, config.subjects)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (MalformedError, Unavailable) as error:
        raise ConfigError(str(error)) from error
    for line in list_lines(reading):
        console.say(line)
    if not reading.observations:
        raise NothingUsable(f"{path.name} holds nothing that can be used; nothing was stored.")
    if content is not None:
        store.keep_raw(source, content)
    new = store.append_observations(source, _drop_known(store, source, reading.observations))
    count = len(reading.observations)
    console.say(
        f"Stored: {count:,} observations of {source}, {new:,} new."
        + ("" if new else " All of it had been imported before.")
    )
    if content is None:
        console.say(f"The file itself is too large to be kept; its SHA-256 is {file.sha256}.")
    return count, new


def _drop_known(
    store: Store, source: str, observations: list[Observation]
) -> Iterator[Observation]:
    """Without what this same file said before, even where another file has said otherwise since."""
    said = {observation.raw_sha256 for observation in observations}
    known = {
        _identify(observation)
        for observation in store.read_observations(source)
        if observation.raw_sha256 in said
    }
    return (one for one in observations if _identify(one) not in known)


def _identify(observation: Observation) -> tuple[object, ...]:
    return (
        *observation.series,
        observation.start,
        observation.resolution,
        observation.label,
        observation.value,
    )


def _open(path: Path) -> tuple[ImportedFile, bytes | None]:
    """What is known of a file, and its content if that is of a size to be kept."""
    if not path.is_file():
        raise ConfigError(f"{path} is no file.")
    digest = hashlib.sha256()
    content: bytearray | None = bytearray()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
            if content is not None:
                content += block
                content = content if len(content) <= MAX_RAW_BYTES else None
    now = datetime.now(UTC)
    try:
        written = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except (OverflowError, ValueError):
        written = now
    if not _EARLIEST <= written <= now:
        written = now
    file = ImportedFile(path=path, sha256=digest.hexdigest(), written_at=written, today=now.date())
    return file, bytes(content) if content is not None else None
