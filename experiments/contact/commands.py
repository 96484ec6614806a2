"""Turns one command into what it printed, within a time; nothing that it started is left running."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

LONGEST = 240
"""Characters of an error that are kept."""

_ADDRESS = re.compile(r"\b[a-z+]+://\S+")
_FOLDERS = re.compile(r"(?<![\w:/.])/(?:[^\s/'\"]+/)+")


class StepStopped(Exception):
    """A step that did not end well, in one sentence."""


def run_command(
    what: str, command: Sequence[str], text: str, variables: Mapping[str, str], seconds: float
) -> str:
    """What `command` printed, given `text`; raises StepStopped, which begins with `what`."""
    if seconds <= 0:
        raise StepStopped(f"{what}: not begun, the time for this suite was over")
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(variables),
        start_new_session=True,
        text=True,
        errors="replace",
    )
    try:
        output, errors = process.communicate(text, seconds)
    except subprocess.TimeoutExpired:
        raise StepStopped(f"{what}: not done when the time for this suite was over") from None
    finally:
        _end(process)
    if process.returncode != 0:
        raise StepStopped(f"{what}: {explain(errors or output, process.returncode)}")
    return output


def explain(text: str, code: int) -> str:
    """The line of an error that tells most, without addresses and the folders of this machine."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("ERROR")] or lines[-1:]
    if not told:
        return f"it ended with exit code {code}"
    line = _FOLDERS.sub("", _ADDRESS.sub("(address)", told[0]))
    return line[:LONGEST]


def _end(process: subprocess.Popen[str]) -> None:
    """With all that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):  # what was not read by the command cannot be written any more
                stream.close()
    process.wait()
