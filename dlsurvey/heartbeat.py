"""Turns each build that came to its end into one line, and the lines into whether a run was missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from dlsurvey.config import Config, parse_duration
from dlsurvey.errors import StoreError
from dlsurvey.files import explaining
from dlsurvey.lines import Fault, append_lines, read_blocks
from dlsurvey.records import Edition, Name, Record, Seconds, to_json
from dlsurvey.store import Store

FILE = "builds.jsonl"
PATIENCE = 2
"""A run counts as missed once this many times the interval have gone by without one."""

Step = Literal["collect", "train", "render"]


class Beat(Record, frozen=True, kw_only=True):
    """One build that came to its end, whether it found anything new or not."""

    schema: Literal[1] = 1
    at: datetime
    edition: Name
    """The newest edition when it ended."""
    is_new: bool
    """Whether this build made it."""
    seconds: dict[Step, Seconds]
    """Of each step that had anything to do."""


class Heartbeat(NamedTuple):
    """When a survey was last built, and when it is to be built again."""

    last_success: datetime
    due: datetime
    missed_after: datetime

    def is_missed(self, now: datetime) -> bool:
        """Whether a run should have come to its end by `now`, and has not."""
        return now > self.missed_after


def append_beat(store: Store, beat: Beat) -> None:
    """Note the end of a build; the caller holds the lock of the run. Raises StoreError."""
    path = store.folder / FILE
    with explaining(StoreError, f"write {path}"):
        append_lines(path, [to_json(beat)])


def read_beats(store: Store) -> list[Beat]:
    """All of them, oldest first; a line that is none is passed over, since no result rests on it."""
    blocks = read_blocks(store.folder / FILE, Beat, None, _pass_over)
    return [beat for block in blocks for beat in block.decode()]


def find_heartbeat(
    config: Config, beats: Sequence[Beat], editions: Sequence[Edition]
) -> Heartbeat | None:
    """From the newest build, or for want of one from the newest edition; both oldest first."""
    moments = [beats[-1].at] if beats else [one.created_at for one in editions[-1:]]
    if not moments:
        return None
    every = find_interval(config)
    return Heartbeat(moments[0], moments[0] + every, moments[0] + PATIENCE * every)


def find_missed_after(edition: Edition) -> datetime | None:
    """When, of an edition by itself, a later build was missed; None where no due day was kept."""
    if edition.due is None:
        return None
    return edition.created_at + PATIENCE * (edition.due - edition.created_at)


def find_interval(config: Config) -> timedelta:
    """How often a new edition is due."""
    return timedelta(seconds=parse_duration(config.settings.schedule.every))


def find_last_seconds(beats: Sequence[Beat], step: Step) -> float | None:
    """How long a step took when it last had anything to do; None where it never had."""
    return next((beat.seconds[step] for beat in reversed(beats) if step in beat.seconds), None)


def _pass_over(fault: Fault) -> None:
    """The number and the content of such a line mean nothing to anybody."""
