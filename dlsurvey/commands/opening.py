"""Turns `--config` into the survey folder that a command works on, and its end into an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlsurvey.commands.options import LOG_FORMAT

if TYPE_CHECKING:
    from dlsurvey.build import Survey

EXIT_GAPS = 3


def open_survey(config: Path | None) -> "Survey":
    """The survey folder, to be looked at."""
    from dlsurvey.build import Survey
    from dlsurvey.config import load_config
    from dlsurvey.console import Console
    from dlsurvey.migration import read_format

    loaded = load_config(config)
    chosen = click.get_current_context().meta.get(LOG_FORMAT)
    survey = Survey(loaded, Console(log_format=chosen or loaded.settings.build.log_format))
    read_format(survey.config.store)
    return survey


@contextmanager
def open_for_work(config: Path | None, command: str) -> "Iterator[Survey]":
    """The survey folder, with every other run kept out of it."""
    from dlsurvey.lock import holding
    from dlsurvey.migration import bring_up_to_date
    from dlsurvey.temporary import working_in_one_folder

    survey = open_survey(config)
    with holding(survey.config.store, command), working_in_one_folder():
        if said := bring_up_to_date(survey.config.store):
            survey.console.say(said)
        yield survey


def finish(*, complete: bool, strict: bool) -> None:
    """End the process: with exit code 3 where something is missing and that was to be told."""
    sys.exit(EXIT_GAPS if strict and not complete else 0)
