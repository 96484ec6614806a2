"""Turns progress into bars on a terminal and plain lines elsewhere, and keeps all of it in a log file."""

import io
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.files import explaining
from dlsurvey.settings import LogFormat

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

logger = logging.getLogger("dlsurvey")


class Console:
    """Where a command tells what it does."""

    def __init__(
        self,
        *,
        terminal: bool | None = None,
        stream: TextIO | None = None,
        log_format: LogFormat = "text",
    ) -> None:
        """`terminal`: draw bars; None asks the stream. `log_format`: of the log file alone."""
        self._log_format = log_format
        # Without a standard output (closed by the caller) there is nobody to tell but the log.
        self._stream: TextIO = stream or sys.stdout or io.StringIO()
        self._terminal = self._stream.isatty() if terminal is None else terminal
        self.log_path: Path | None = None

    def open_log(self, folder: Path, command: str) -> None:
        """From here on keep everything in a file of `folder`; raises StoreError."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        is_json = self._log_format == "json"
        suffix = "jsonl" if is_json else "log"
        path = folder / f"{command}-{stamp}-{os.getpid()}.{suffix}"
        with explaining(StoreError, f"write the log {path}"):
            folder.mkdir(parents=True, exist_ok=True)
            handler = logging.FileHandler(path, encoding="utf-8")
        handler.setFormatter(JsonFormatter() if is_json else _utc_formatter())
        # At the root, so that what libraries complain of lands here too, and not on the terminal.
        logging.getLogger().addHandler(handler)
        logger.setLevel(logging.INFO)
        self.log_path = path

    def say(self, line: str) -> None:
        """One line for the user and the log."""
        logger.info(line)
        print(line, file=self._stream, flush=True)

    @contextmanager
    def track(self, title: str, total: float) -> Iterator["Tracker"]:
        """Show how far a long piece of work has come, in units of `total`."""
        if not self._terminal:
            yield Tracker(self, None, None)
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
        )
        rich = RichConsole(file=self._stream)
        # What others print is none of the bar's business: see `experiments.cluster`.
        with Progress(*columns, console=rich, transient=True, redirect_stdout=False) as bar:
            yield Tracker(self, bar, bar.add_task(title, total=total))


class Tracker:
    """One piece of long work; between terminals and files only the looks differ."""

    def __init__(self, console: Console, bar: "Progress | None", task: "TaskID | None") -> None:
        """Without a bar, only finished parts are told."""
        self._console = console
        self._bar = bar
        self._task = task

    def advance(self, amount: float, title: str | None = None) -> None:
        """So much more is done; `title` says what is being done now."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=amount, description=title)

    def finish_part(self, line: str) -> None:
        """A part is done: one line that stays."""
        logger.info(line)
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=self._console._stream, flush=True)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `logger`, `message`, and of a bug its `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end; a line break in a message stays inside its string."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(entry).decode()


def _utc_formatter() -> logging.Formatter:
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    return formatter
