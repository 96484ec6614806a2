"""Turns the command line into a command, errors into one sentence, and both into exit codes.

The commands are in `dlsurvey.commands`; nothing heavy is imported before one of them needs it.
"""

import errno
import gc
import logging
import os
import signal
import sys
from contextlib import suppress

import click

from dlsurvey import __version__
from dlsurvey.characters import show_controls
from dlsurvey.commands import COMMANDS
from dlsurvey.errors import ConfigError, SurveyError

EPILOG = """\b
Exit codes: 0 done; 1 failed; 2 wrong usage or configuration;
3 done with gaps, under --strict only.

\b
A first report:   dlsurvey build --profile quick
A better one:     dlsurvey build
On a schedule:    dlsurvey build --strict
"""
ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""A kill, a closed terminal, and a closed console of Windows."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dlsurvey")
def cli() -> None:
    """A living survey of deep-learning frameworks.

    Trains the same networks in TensorFlow and PyTorch, collects popularity
    signals, and writes one edition of a report: HTML and PDF, every figure
    with its source and age.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        raise ConfigError(
            "The folder you are in was removed: change to another one (cd) and run it again."
        ) from None


for command in COMMANDS:
    cli.add_command(command)


def _interrupt(number: int, frame: object) -> None:
    """A request to end is what Ctrl-C is; a second one must not keep the first from tidying up."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line: the one place where errors are caught."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another locale shows '?' rather than stop the build.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    logging.getLogger().addHandler(logging.NullHandler())
    logging.raiseExceptions = False  # a log that cannot be written must not hide why
    for name in ENDING:
        number = getattr(signal, name, None)
        # What is ignored stays so: `nohup` means it.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        _run()
    finally:
        gc.freeze()  # the process ends: to look for garbage would take a second of it


def _lacks_memory(error: Exception) -> bool:
    """Libraries that cannot be loaded under a limit say so in words of their own."""
    return isinstance(error, MemoryError) or any(
        words in str(error)
        for words in ("failed to map segment", "annot allocate memory", "NULL without")
    )


def _run() -> None:
    logger = logging.getLogger("dlsurvey")
    try:
        cli(standalone_mode=False)
    except SurveyError as error:
        logger.error(str(error))
        click.echo(f"dlsurvey: {show_controls(str(error))}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EPIPE, errno.EIO):
            raise
        sys.exit(1)  # standard output is full or gone: there is nowhere left to say so
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (MemoryError, ImportError, SystemError) as error:
        if not _lacks_memory(error):
            raise
        logger.error(f"Out of memory: {error}")
        click.echo(
            "dlsurvey: there is not enough memory: close other programs, or raise the limit that"
            " was set (ulimit -v). What was finished is stored.",
            err=True,
        )
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        logger.error("Stopped by the user.")
        with suppress(OSError):  # the terminal may be gone
            click.echo(
                "\ndlsurvey: stopped. What was finished is stored; the same command goes on from"
                " there.",
                err=True,
            )
        sys.exit(1)
