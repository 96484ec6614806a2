"""Turns findings into figures and printed shapes, on two processors where two shapes are printed.

WeasyPrint needs about a twelfth of a second for a page, and one processor. The slides are therefore set
in a process of their own while this one sets the A4 pages. Until there is something to set, that
process loads its libraries and draws figures with this one. What a cache still holds from an earlier
edition is neither drawn nor set again.
"""

import atexit
import gc
import logging
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from dlsurvey.analysis.findings import Findings
from dlsurvey.figures import Figure
from dlsurvey.language import speak, speaking_its_language, spoken
from dlsurvey.render.pages import Own
from dlsurvey.render.pdf import render_pdf, warm_pages
from dlsurvey.render.slides import render_slides, warm_slides
from dlsurvey.rendition import describe_program
from dlsurvey.shelf import Shelf, make_key
from experiments.child import end_with

if TYPE_CHECKING:  # Matplotlib takes a second to import
    from dlsurvey.figures.gallery import Order

T = TypeVar("T")
A4, SLIDES = "report.pdf", "slides.pdf"
MakeRest = Callable[..., tuple[dict[str, bytes], dict[str, bytes]]]
"""Of findings, figures, formats and the user's own: files by their names, and those to attach."""
_attached: dict[str, bytes] = {}
"""In the second process, which lives for one edition: what goes into its papers."""
MOST_DRAWINGS = 400
MOST_PAPERS = 8
"""What the cache holds: some editions of one survey, or the newest of some surveys."""


class Press:
    """Draws and prints what is wanted of an edition; a context, so that no process outlives it."""

    def __init__(
        self, formats: Collection[str], cache: Path | None = None, *, anew: bool = False
    ) -> None:
        """Start the second process at once: it loads its libraries while findings are found out.

        `cache` is a folder for what was made before; `anew` makes it again and keeps it there.
        """
        self.formats = formats
        place = cache or Path()
        self.drawings = Shelf(
            place / "drawings" if cache else None, MOST_DRAWINGS, reading=not anew
        )
        self.papers = Shelf(place / "papers" if cache else None, MOST_PAPERS, reading=not anew)
        self._pool: ProcessPoolExecutor | None = None
        if "pdf" in formats and "slides" in formats:
            with suppress(OSError, ImportError):  # without /dev/shm there is no second process
                self._pool = _start_process()
                self._pool.submit(load_drawing)

    def __enter__(self) -> "Press":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the second process, and remove from the cache what was used longest ago."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        for shelf in (self.drawings, self.papers):
            shelf.tidy()

    def draw(self, findings: Findings) -> tuple[Figure, ...]:
        """All figures, as `draw_figures` gives them."""
        figures = draw_together(findings, self.send, self.drawings)
        self.send(warm_slides)
        return figures

    def complete(
        self,
        make_rest: MakeRest,
        findings: Findings,
        figures: Sequence[Figure],
        own: Own | None = None,
    ) -> dict[str, bytes]:
        """The files that `make_rest` makes and the papers, in which some of them are attached.

        The second process makes the rest and then the slides, while the A4 pages are set here.
        """
        order = (findings, figures, self.formats, own)
        there = self.send(make_there, make_rest, *order)
        slides = self.send(print_slides_there, findings, figures, own, self.papers)

        @cache
        def receive() -> tuple[dict[str, bytes], dict[str, bytes]]:
            return _receive(there, partial(make_rest, *order))

        if there is None:
            files, attached = receive()
            return files | self.print(findings, figures, attached, own)
        pages = render_pdf(findings, figures, lambda: receive()[1], own, self.papers)
        files, attached = receive()
        here = partial(render_slides, findings, figures, attached, own, self.papers)
        return files | {A4: pages, SLIDES: _receive(slides, here)}

    def print(
        self,
        findings: Findings,
        figures: Sequence[Figure],
        attached: Mapping[str, bytes] | None = None,
        own: Own | None = None,
    ) -> dict[str, bytes]:
        """Each wanted paper by its file's name."""
        papers = {}
        order = (findings, figures, attached, own, self.papers)
        slides = self.send(render_slides, *order)
        if "pdf" in self.formats:
            papers[A4] = render_pdf(*order)
        if "slides" in self.formats:
            papers[SLIDES] = _receive(slides, partial(render_slides, *order))
        return papers

    def send(self, work: Callable[..., T], *given: Any) -> Future[T] | None:
        """What the second process was asked for; None where there is none, or it ended."""
        if self._pool is None:
            return None
        try:
            return self._pool.submit(work, *given)
        except BrokenProcessPool:
            return None


def _start_process() -> ProcessPoolExecutor:
    # Spawned: a process forked from one with Pango's or a framework's threads may hang.
    return ProcessPoolExecutor(
        1,
        mp_context=get_context("spawn"),
        initializer=prepare_process,
        initargs=(list_logs(), tempfile.gettempdir()),
    )


class Send(Protocol):
    """Asks another process for work, as `Press.send` does."""

    def __call__(self, work: Callable[..., T], *given: Any) -> Future[T] | None:
        """None where there is no such process."""
        ...


@speaking_its_language
def draw_together(findings: Findings, send: Send, shelf: Shelf) -> tuple[Figure, ...]:
    """All figures; those that the shelf does not hold, drawn in two processes and put there."""
    from dlsurvey.figures.gallery import list_orders

    program = describe_program()
    orders = [(make_key(program, *order), order) for order in list_orders(findings)]
    kept = {key: shelf.fetch(key) for key, _order in orders}
    missing = {key: order for key, order in orders if kept[key] is None}
    # The other process begins at the end: where the two meet, each had its share.
    sent = {key: send(draw, spoken(), missing[key]) for key in reversed(missing)}
    if any(sent.values()):
        warm_pages()  # what has to be done here anyway, before Matplotlib is loaded here too
    for key, order in missing.items():
        there, here = sent[key], partial(draw, spoken(), order)
        content = here() if there is None or there.cancel() else _receive(there, here)
        shelf.keep(key, content)
        kept[key] = content
    return tuple(
        figure
        for key, _order in orders
        for figure in msgspec.json.decode(kept[key] or b"", type=tuple[Figure, ...])
    )


def draw(language: str, order: "Order") -> bytes:
    """The figures of an order, as they are kept."""
    from dlsurvey.figures.gallery import carry_out

    with speak(language):
        return msgspec.json.encode(carry_out(order))


def make_there(make_rest: MakeRest, *order: Any) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What `make_rest` makes, in the second process, which keeps what the slides will need of it."""
    files, attached = make_rest(*order)
    _attached.update(attached)
    return files, attached


def print_slides_there(
    findings: Findings, figures: Sequence[Figure], own: Own | None, shelf: Shelf
) -> bytes:
    """The slides, in the process that has made what is attached to them."""
    return render_slides(findings, figures, dict(_attached), own, shelf)


def _receive(there: Future[T] | None, here: Callable[[], T]) -> T:
    """What the second process made; made here where it could not start or the system ended it."""
    if there is None:
        return here()
    try:
        return there.result()
    except BrokenProcessPool:
        return here()


Log = tuple[str, logging.Formatter | None]
"""The path of a log file, and how its lines are written."""


def list_logs() -> tuple[Log, ...]:
    """Those of this process, so that what a second one warns of lands there too."""
    return tuple(
        (handler.baseFilename, handler.formatter)
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.FileHandler)
    )


def prepare_process(logs: Collection[Log] = (), temporary: str | None = None) -> None:
    """Make of a new process one that sets a paper and ends with the process that started it.

    It lives for one edition, so the collector of cycles would only walk what is still needed.
    """
    gc.disable()
    atexit.register(gc.freeze)
    tempfile.tempdir = temporary
    logging.raiseExceptions = False  # a log without room stops nothing; the first process tells
    for path, formatter in logs:
        with suppress(OSError):
            handler = logging.FileHandler(path, encoding="utf-8")
            handler.setFormatter(formatter)
            logging.getLogger().addHandler(handler)
    parent = parent_process()
    if parent is not None and parent.pid is not None:
        end_with(parent.pid)


def load_drawing() -> None:
    """Load what drawing needs, so that the first order finds it there."""
    with suppress(ImportError):  # drawing says what is missing
        import_module("dlsurvey.figures.gallery")
