"""Turns findings and figures into the printed shapes, side by side where there are two.

WeasyPrint needs about a twelfth of a second for a page, and one processor. The slides are therefore set
in a process of their own while this one sets the A4 pages.
"""

import os
import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure
from dlsurvey.render.pages import Own
from dlsurvey.render.pdf import render_pdf
from dlsurvey.render.slides import render_slides

A4, SLIDES = "report.pdf", "slides.pdf"


class Press:
    """Prints what is wanted of an edition; a context, so that no process outlives it."""

    def __init__(self, formats: Collection[str]) -> None:
        """Start the second process at once: it loads its libraries while figures are drawn."""
        self.formats = formats
        self._pool: ProcessPoolExecutor | None = None
        if "pdf" in formats and "slides" in formats:
            # Spawned: a process forked from one with Pango's or a framework's threads may hang.
            self._pool = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"), initializer=watch_parent
            )
            self._pool.submit(warm_up)

    def __enter__(self) -> "Press":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the second process."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def print(
        self,
        findings: Findings,
        figures: Sequence[Figure],
        attached: Mapping[str, bytes] | None = None,
        own: Own | None = None,
    ) -> dict[str, bytes]:
        """Each wanted paper by its file's name."""
        papers = {}
        slides = self._send(findings, figures, attached, own)
        if "pdf" in self.formats:
            papers[A4] = render_pdf(findings, figures, attached, own)
        content = _receive(slides)
        if "slides" in self.formats:
            papers[SLIDES] = content or render_slides(findings, figures, attached, own)
        return papers

    def _send(self, *order: Any) -> Future[bytes] | None:
        """What the second process was asked for; None where there is none, or it ended."""
        if self._pool is None:
            return None
        try:
            return self._pool.submit(render_slides, *order)
        except BrokenProcessPool:
            return None


def _receive(slides: Future[bytes] | None) -> bytes | None:
    """What the second process made; None where it could not start or the system ended it."""
    if slides is None:
        return None
    try:
        return slides.result()
    except BrokenProcessPool:
        return None


def watch_parent() -> None:
    """End this process with the one that started it, however that dies: nobody else would."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def warm_up() -> None:
    """Load what printing needs."""
    try:
        import matplotlib  # noqa: F401
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        # Printing says what is missing.
        return
