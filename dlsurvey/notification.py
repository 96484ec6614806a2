"""Turns the end of a build into a call of the user's own command, given the summary as JSON."""

import shlex
import subprocess
from pathlib import Path

import msgspec

from dlsurvey.config import Config
from dlsurvey.console import Console
from dlsurvey.records import Gap

TIMEOUT_SECONDS = 60


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the command reads on its standard input."""

    edition: str = ""
    folder: str = ""
    files: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    error: str = ""
    log: str = ""


def notify(config: Config, console: Console, summary: Summary) -> None:
    """Run `on_failure` where there is an error, else `on_success`; that it fails is only said."""
    schedule = config.settings.schedule
    command = schedule.on_failure if summary.error else schedule.on_success
    if not command:
        return
    key = "on_failure" if summary.error else "on_success"
    try:
        # Without a shell: what a source or a title contains can never become a command.
        subprocess.run(
            shlex.split(command),
            input=msgspec.json.encode(summary),
            cwd=config.folder,
            timeout=TIMEOUT_SECONDS,
            check=True,
            capture_output=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        console.say(f"[schedule] {key} did not work: {_describe(error)}")


def _describe(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        return f"exit code {error.returncode}" + (f", {lines[-1][:200]}" if lines else "")
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it took over {TIMEOUT_SECONDS} seconds"
    return str(error)


def list_files(folder: Path) -> tuple[str, ...]:
    """The files of an edition that people open."""
    names = ("report.html", "report.pdf", "slides.pdf", "results.json")
    return tuple(str(folder / name) for name in names if (folder / name).exists())
