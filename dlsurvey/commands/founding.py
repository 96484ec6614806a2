"""Turns the commands that found a survey folder, and set its clock, into files and text."""

from pathlib import Path
from typing import Any

import click

from dlsurvey.commands.options import config_option


@click.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--workload",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the beginnings of a workload of your own there instead: what it is, and a program"
    " for PyTorch and one for TensorFlow.",
)
def init(folder: Path, workload: Path | None) -> None:
    """Make a survey folder: survey.toml, sections/, a workflow. What is there is left alone."""
    from dlsurvey.initialise import initialise, initialise_workload

    written, kept = initialise_workload(workload) if workload else initialise(folder)
    for path in written:
        click.echo(f"Wrote {path}")
    for path in kept:
        click.echo(f"Left alone: {path}")


@click.command()
@click.argument("kind", type=click.Choice(["cron", "systemd", "github-actions"]))
@config_option
def schedule(kind: Any, config: Path | None) -> None:
    """Print the unit that makes an edition of this survey folder every week.

    \b
    dlsurvey schedule github-actions > .github/workflows/survey.yml
    """
    from dlsurvey.config import load_config
    from dlsurvey.schedule import write_unit

    click.echo(write_unit(kind, load_config(config)), nl=False)
