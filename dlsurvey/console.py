"""Turns progress into bars on a terminal and plain lines elsewhere, and keeps all of it in a log file."""

import io
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

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
        """From here on keep everything in a file of `folder`; where that cannot be, say so once."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        is_json = self._log_format == "json"
        suffix = "jsonl" if is_json else "log"
        path = folder / f"{command}-{stamp}-{os.getpid()}.{suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handler = _LogFile(path, self._tell_lost)
        except OSError as error:
            self._tell_lost(path, error)
            return
        handler.setFormatter(JsonFormatter() if is_json else _utc_formatter())
        # At the root, so that what libraries complain of lands here too, and not on the terminal.
        logging.getLogger().addHandler(handler)
        logger.setLevel(logging.INFO)
        self.log_path = path

    def _tell_lost(self, path: Path, error: OSError) -> None:
        why = error.strerror or str(error)
        print(f"The log {path} cannot be written: {why}.", file=self._stream, flush=True)

    def say(self, line: str) -> None:
        """One line for the user and the log."""
        logger.info(line)
        print(line, file=self._stream, flush=True)

    def say_log(self) -> None:
        """Where the log is, if there is one."""
        if self.log_path is not None:
            self.say(f"Log: {self.log_path}")

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


class _LogFile(logging.FileHandler):
    """Tells the first line that finds no room, and goes on: no work stops for its log."""

    def __init__(self, path: Path, tell: Callable[[Path, OSError], None]) -> None:
        """Open it; raises OSError."""
        super().__init__(path, encoding="utf-8")
        self._tell: Callable[[Path, OSError], None] | None = tell

    def _open(self) -> io.TextIOWrapper:
        # Without a buffer, which would try once more to write, as it is closed, what did not fit.
        raw = open(self.baseFilename, "ab", buffering=0)  # noqa: SIM115  the handler closes it
        return io.TextIOWrapper(raw, encoding=self.encoding, write_through=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  as logging calls it
        error = sys.exception()
        if self._tell is not None and isinstance(error, OSError):
            tell, self._tell = self._tell, None
            tell(Path(self.baseFilename), error)


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
