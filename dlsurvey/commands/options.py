"""Turns what several commands are asked for into options with one wording."""

from pathlib import Path

import click

LOG_FORMAT = f"{__name__}.log_format"
"""Where a command's context keeps it."""


def _keep(context: click.Context, option: click.Parameter, value: str | None) -> None:
    context.meta[LOG_FORMAT] = value


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Settings; default: survey.toml in this folder, if there is one.",
)
offline_option = click.option(
    "--offline", is_flag=True, help="Ask no source and download nothing; use what is here."
)
strict_option = click.option(
    "--strict", is_flag=True, help="End with exit code 3 where anything is missing."
)
executor_option = click.option(
    "--executor",
    type=click.Choice(["local", "ray"]),
    help="Where trials run. local, the default: on this machine, one after another. ray: on the"
    " nodes of a Ray cluster (docs/many-machines.md).",
)
force_option = click.option(
    "--force",
    is_flag=True,
    help="Do again what is stored or kept already; what was stored stays beside it.",
)
dry_run_option = click.option(
    "--dry-run",
    is_flag=True,
    help="Only print what would be done, why, and how long it took last time.",
)
log_format_option = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    envvar="DLSURVEY_LOG_FORMAT",
    expose_value=False,
    callback=_keep,
    help="Of the log file: lines for people (default), or one JSON object a line.",
)
profile_option = click.option(
    "--profile",
    type=click.Choice(["quick", "standard", "full"]),
    help="quick: under 90 s. standard (default): fits a training budget of 10 minutes."
    " full: every epoch of the surveys, five seeds.",
)
