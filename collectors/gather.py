"""Turns independent sources into what each gave: side by side, none able to stop the others."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from collectors.base import Collector
from collectors.refusals import LATER, make_gap, name_duration
from collectors.subjects import Subject
from collectors.validation import find_fault
from dlsurvey.errors import SurveyError
from dlsurvey.records import Doubt, Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

_log = logging.getLogger(__name__)
_TICK_SECONDS = 0.5


class Judged(NamedTuple):
    """What one source gave: what is believed, and what is not before a later answer confirms it."""

    believed: list[Observation]
    doubts: list[Doubt]


Judge: TypeAlias = Callable[[str, Sequence[Observation]], Judged]


def believe_all(source: str, observations: Sequence[Observation]) -> Judged:
    """No doubt about anything."""
    return Judged(list(observations), [])


@dataclass(frozen=True)
class Collected:
    """What one source gave in one attempt."""

    source: str
    observations: list[Observation]
    gaps: list[Gap]
    seconds: float
    status: Literal["complete", "partial", "failed"]
    quota_left: int | None = None
    """Requests that the source said are left; None where it did not tell."""
    doubts: list[Doubt] = field(default_factory=list)


@dataclass
class _Progress:
    """What a running source has given so far; read by another thread when it hangs."""

    judge: Judge
    observations: list[Observation] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    session: "Session | None" = None
    judged: Judged | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settle(self, source: str) -> Judged:
        """Judge what came, once, and have what is doubtful asked again next time."""
        with self.lock:
            if self.judged is None:
                self.judged = self.judge(source, list(self.observations))
                if self.session is not None:
                    hashes = {one.observation.raw_sha256 for one in self.judged.doubts}
                    self.session.forget_answers(hashes - {None})
            return self.judged

    def close(self, source: str) -> Collected:
        observations, doubts = self.settle(source)
        gaps = list(self.gaps)
        status: Literal["complete", "partial", "failed"] = "complete"
        if gaps or doubts:
            status = "partial" if observations else "failed"
        return Collected(
            source=source,
            observations=observations,
            gaps=gaps,
            seconds=time.monotonic() - self.started,
            status=status,
            quota_left=self.session.quota_left if self.session is not None else None,
            doubts=doubts,
        )


def gather(  # noqa: PLR0913 - each is one thing that a caller or a test replaces
    collectors: Sequence[Collector],
    subjects: Sequence[Subject],
    make_session: "Callable[[Collector], Session]",
    deadline_seconds: float = 300.0,
    *,
    on_done: Callable[[Collected], None] = lambda collected: None,
    judge: Judge = believe_all,
) -> list[Collected]:
    """Run every collector in a thread of its own; answer in the order of `collectors`.

    `on_done` is called from the calling thread as each source finishes; `judge` from its own,
    while its cache is open, so that no answer is kept that nobody believes.
    """
    finished: queue.SimpleQueue[str] = queue.SimpleQueue()
    running = {collector.name: _Progress(judge) for collector in collectors}
    for collector in collectors:
        # Daemon threads: a source that hangs must not keep the process alive.
        threading.Thread(
            target=_run,
            args=(collector, subjects, make_session, running[collector.name], finished),
            name=f"collect-{collector.name}",
            daemon=True,
        ).start()
    results: dict[str, Collected] = {}

    def close(name: str) -> None:
        results[name] = running.pop(name).close(name)
        on_done(results[name])

    ends = time.monotonic() + deadline_seconds
    while running and (remaining := ends - time.monotonic()) > 0:
        try:
            # Short waits, so that Ctrl-C is noticed on every system.
            close(finished.get(timeout=min(_TICK_SECONDS, remaining)))
        except queue.Empty:
            continue
    for collector in collectors:
        if collector.name in running:
            running[collector.name].gaps.append(_late_gap(collector, deadline_seconds))
            close(collector.name)
    return [results[collector.name] for collector in collectors]


def _late_gap(collector: Collector, deadline_seconds: float) -> Gap:
    limit = name_duration(deadline_seconds)
    return Gap(
        what=collector.title,
        why=f"{collector.title} did not finish within its limit of {limit}.",
        cure=LATER,
    )


def _run(
    collector: Collector,
    subjects: Sequence[Subject],
    make_session: "Callable[[Collector], Session]",
    progress: _Progress,
    finished: "queue.SimpleQueue[str]",
) -> None:
    try:
        with make_session(collector) as session:
            progress.session = session
            try:
                for item in collector.collect(session, subjects):
                    _keep(item, session, progress)
            finally:
                progress.settle(collector.name)
    except SurveyError as error:
        progress.gaps.append(make_gap(collector.title, error))
    except Exception as error:  # noqa: BLE001 - a bug in one collector must not stop the rest
        _log.exception("bug in the collector %s", collector.name)
        progress.gaps.append(_bug_gap(collector, error))
    finally:
        finished.put(collector.name)


def _keep(item: Observation | Gap, session: "Session", progress: _Progress) -> None:
    if isinstance(item, Gap):
        progress.gaps.append(item)
        return
    fault = find_fault(item, session.clock.now().date())
    if fault is None:
        progress.observations.append(item)
        return
    gap = Gap(
        what=f"{item.metric} of {item.subject}"[:200],
        why=fault,
        cure="Look at the source's own page; the value was left out.",
    )
    progress.gaps.append(gap)


def _bug_gap(collector: Collector, error: Exception) -> Gap:
    return Gap(
        what=collector.title,
        why=f"This is a bug in the collector {collector.name}: {type(error).__name__}: {error}.",
        cure="Report it to the maintainers, with the log.",
    )
