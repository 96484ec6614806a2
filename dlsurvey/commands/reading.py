"""Turns the commands that only look, and write nothing, into lines on the terminal."""

import sys
from pathlib import Path
from typing import Any

import click

from dlsurvey.commands.opening import open_survey
from dlsurvey.commands.options import config_option


@click.command()
@click.argument("old", required=False, metavar="[OLD]")
@click.argument("new", required=False, metavar="[NEW]")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="Default: text.",
)
@config_option
def diff(old: str | None, new: str | None, style: Any, config: Path | None) -> None:
    """What changed between two editions, and what each difference comes from.

    Without names the newest edition is set against the one before it; with one
    name, the newest against that one. `dlsurvey status` lists them.
    """
    from dlsurvey.diff import choose_editions, compare, write_changes
    from dlsurvey.language import speak

    survey = open_survey(config)
    older, newer = choose_editions(survey.store, old, new)
    changes = compare(survey.config, survey.store, older, newer)
    with speak(survey.config.settings.survey.language):
        click.echo(write_changes(changes, style), nl=False)


@click.command()
@config_option
def status(config: Path | None) -> None:
    """What is stored, how old it is, and what is missing."""
    from dlsurvey.status import describe_status

    survey = open_survey(config)
    for line in describe_status(survey.config, survey.store):
        click.echo(line)


@click.command("list")
@config_option
def list_members(config: Path | None) -> None:
    """The sources, workloads, frameworks and profiles that are registered."""
    from dlsurvey.status import describe_members

    for line in describe_members(open_survey(config).config):
        click.echo(line)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Recompute the numbers of a report.pdf or slides.pdf from the data attached to it.

    Says how many agree, and names each that does not: where it stands, what
    is printed there, and what the data give. Exit code 1 where one differs.
    """
    from dlsurvey.verification import describe
    from dlsurvey.verification import verify as check

    verification = check(file)
    for line in describe(verification):
        click.echo(line)
    sys.exit(1 if verification.differences else 0)


@click.command()
@click.argument("workload", metavar="FOLDER|WORKLOAD")
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    help="Only these; repeat it. Default: one for each program, where it is installed.",
)
@config_option
def parity(workload: str, frameworks: tuple[str, ...], config: Path | None) -> None:
    """Whether the programs of a workload are the same network.

    \b
    dlsurvey parity ./my-net
    dlsurvey parity mnist-cnn --framework pytorch --framework jax

    Gives all the same weights and examples, and compares what they compute. Where they
    part: at which layer, gradient or step of the optimiser, by how much, and which
    known mistake it looks like. Exit code 0 the same, 1 not.
    """
    from dlsurvey.config import load_config
    from dlsurvey.porting import check_parity

    is_same = check_parity(load_config(config), workload, frameworks, click.echo)
    sys.exit(0 if is_same else 1)


@click.command()
@config_option
def doctor(config: Path | None) -> None:
    """What this machine lacks, and what to do about it."""
    from dlsurvey.doctor import examine

    survey = open_survey(config)
    healthy = True
    for finding in examine(survey.config):
        healthy &= finding.state != "missing"
        click.echo(f"{finding.state:8} {finding.text}")
    sys.exit(0 if healthy else 1)
