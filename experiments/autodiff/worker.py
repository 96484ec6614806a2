"""Turns functions into gradients with one framework, told as JSON lines.

Runs as `python -m experiments.autodiff.worker`, job on standard input: each
framework in a process of its own, since some cannot share one.
"""

import ast
import importlib
import inspect
import os
import re
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from dlsurvey.records import Record
from experiments.autodiff import plain
from experiments.autodiff.gradient import CONSTRUCTS, Construct, Form, Variant

_FOLDERS = re.compile(r"(?<![\w:/.])/(?:[^\s/'\"]+/)+")
LONGEST = 240


class Case(Record, frozen=True, kw_only=True):
    """One function in one form, to be differentiated in one way."""

    construct: Construct
    variant: Variant
    form: Form


class Job(Record, frozen=True, kw_only=True):
    """What one process computes."""

    module: str
    """Dotted name of the module that differentiates and holds the rewritten functions."""
    cases: tuple[Case, ...]
    points: tuple[tuple[float, ...], ...]


class Answer(Record, frozen=True, kw_only=True):
    """The gradients of one case, or the error instead of them."""

    gradients: tuple[tuple[float, ...], ...] = ()
    error: str = ""
    code: str


def answer_all(job: Job) -> Iterator[Answer]:
    """One answer for each case, in their order; whatever a framework raises becomes an answer."""
    module = importlib.import_module(job.module)
    for case in job.cases:
        source = plain if case.form == "as written" else module
        code = read_code(source, case.construct)
        function: Callable[[Any], Any] = getattr(source, case.construct)
        try:
            found = module.differentiate(function, job.points, case.variant)
        except Exception as error:  # noqa: BLE001  a framework may raise anything: it is the result
            traceback.print_exc()
            yield Answer(error=describe(error), code=code)
        else:
            yield Answer(gradients=tuple(map(tuple, found)), code=code)


def read_code(module: Any, construct: Construct) -> str:
    """The function's text without docstrings; of `whole`, with the three that it calls."""
    wanted = CONSTRUCTS if construct == "whole" else (construct,)
    texts = [textwrap.dedent(inspect.getsource(getattr(module, name))) for name in wanted]
    return "\n\n\n".join(drop_docstring(text) for text in texts)


def drop_docstring(text: str) -> str:
    """One function's text as it is, less its docstring and the blank line after it."""
    function = ast.parse(text).body[0]
    lines = text.rstrip().splitlines()
    if isinstance(function, ast.FunctionDef) and ast.get_docstring(function) is not None:
        first = function.body[0]
        del lines[first.lineno - 1 : first.end_lineno]
        if not lines[first.lineno - 1].strip():
            del lines[first.lineno - 1]
    return "\n".join(lines)


def describe(error: BaseException) -> str:
    """The error's kind and the line that tells most, without the folders of this machine."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    if lines[0].startswith("in user code"):  # AutoGraph quotes the program before the reason
        return _FOLDERS.sub("", lines[-1])[:LONGEST]
    return _FOLDERS.sub("", f"{type(error).__name__}: {lines[0]}")[:LONGEST]


def main() -> None:
    """Read the job and tell the answers as they come."""
    # What a framework prints goes to the log (standard error); the answers keep a channel of their own.
    with os.fdopen(os.dup(1), "wb", buffering=0) as channel:
        os.dup2(2, 1)
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        for answer in answer_all(job):
            channel.write(msgspec.json.encode(answer) + b"\n")


if __name__ == "__main__":
    main()
