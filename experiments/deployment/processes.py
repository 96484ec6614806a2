"""Turns a job into the answers of a fresh process, and its end into a reason; nothing is left running."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from experiments.child import make_command

T = TypeVar("T")


def ask(
    module: str, job: Any, kind: type[T], variables: Mapping[str, str], timeout_seconds: float
) -> T | str:
    """The one answer of `python -m module`, or why there is none."""
    answers, reason = ask_all(module, job, kind, variables, timeout_seconds)
    return answers[0] if answers else reason


def ask_all(
    module: str, job: Any, kind: Any, variables: Mapping[str, str], timeout_seconds: float
) -> tuple[list[Any], str]:
    """As many answers as the process gave, one a line, and how it ended."""
    with subprocess.Popen(
        make_command(module),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(variables),
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(msgspec.json.encode(job), timeout_seconds)
            reason = _explain(process.returncode)
        except subprocess.TimeoutExpired as error:
            output, reason = error.stdout or b"", f"no answer within {timeout_seconds:.0f} s"
        finally:
            _end(process)
    whole = output[: output.rfind(b"\n") + 1]  # the last line may be cut
    decoder = msgspec.json.Decoder(kind)
    return [decoder.decode(line) for line in whole.splitlines()], reason


def _explain(code: int) -> str:
    if code < 0:
        return f"the process crashed with signal {-code} ({signal.Signals(-code).name})"
    return f"the process ended with exit code {code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it started: compilers, loaders."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
