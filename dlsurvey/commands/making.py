"""Turns the commands that bring evidence and write editions into calls of the spine."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlsurvey.commands.opening import finish, open_for_work, open_survey
from dlsurvey.commands.options import (
    config_option,
    dry_run_option,
    executor_option,
    force_option,
    log_format_option,
    offline_option,
    profile_option,
    strict_option,
)

if TYPE_CHECKING:
    from dlsurvey.records import Edition


@click.command()
@profile_option
@executor_option
@offline_option
@force_option
@dry_run_option
@strict_option
@log_format_option
@config_option
def build(dry_run: bool, strict: bool, config: Path | None, **options: Any) -> None:
    """The main job: collect, train, render.

    What is stored already is not done again; Ctrl-C loses at most the trial
    then running, and the same command goes on from there.
    """
    if dry_run:
        _foresee(config, options)
        return
    with open_for_work(config, "dlsurvey build") as survey:
        edition = survey.build(**options)
    finish(complete=not edition.gaps, strict=strict)


def _foresee(config: Path | None, options: dict[str, Any]) -> None:
    from dlsurvey.build import Options

    survey = open_survey(config)
    for line in survey.foresee(Options(**options)):
        click.echo(line)


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@click.option(
    "--refresh",
    is_flag=True,
    help="Ask anew also for periods that are over, whose answers are kept for weeks.",
)
@strict_option
@log_format_option
@config_option
def collect(sources: tuple[str, ...], refresh: bool, strict: bool, config: Path | None) -> None:
    """Ask the web sources and store what they say (all, or those named).

    `dlsurvey list` names them.
    """
    with open_for_work(config, "dlsurvey collect") as survey:
        survey.console.open_log(survey.config.logs, "collect")
        complete = survey.collect(sources, refresh=refresh)
        survey.console.say(f"Stored in {survey.config.store / 'observations'}")
    finish(complete=complete, strict=strict)


@click.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@log_format_option
@config_option
def import_file(name: str, file: Path, config: Path | None) -> None:
    """Store what a file of yours says: an export, a dump, a table.

    \b
    dlsurvey import google-trends multiTimeline.csv
    dlsurvey import github-stars FILE.csv
    dlsurvey import papers-with-code DUMP
    dlsurvey import tidy FILE.csv
    dlsurvey import trials FOLDER

    `trials` takes another survey folder, or its data folder: what another
    machine measured. It says what it understood, then what it refused and why. A file that was
    imported before adds nothing.
    """
    from dlsurvey.importing import find_importer
    from dlsurvey.importing import import_file as import_into

    if name != "trials":
        find_importer(name)
    with open_for_work(config, "dlsurvey import") as survey:
        survey.console.open_log(survey.config.logs, "import")
        if name == "trials":
            from dlsurvey.merging import import_trials

            import_trials(survey.store, survey.console, file)
        else:
            import_into(survey.config, survey.store, survey.console, name, file)


@click.command()
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD|FOLDER ...]")
@click.option("--framework", "frameworks", multiple=True, help="Only this one; may be repeated.")
@click.option(
    "--protocol",
    "protocols",
    type=click.Choice(["controlled", "idiomatic"]),
    multiple=True,
    default=("controlled", "idiomatic"),
    help="controlled: same weights, batches and optimiser. idiomatic: each framework as its own"
    " tutorial writes it. Default: both.",
)
@click.option(
    "--mode",
    type=click.Choice(["eager", "graph", "compiled", "all"]),
    help="Default: each framework's own, and the others where the budget has room.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="auto, the default: a GPU where there is one that every framework can use.",
)
@executor_option
@click.option("--epochs", type=click.IntRange(1), help="Default: the survey's own number.")
@click.option("--seeds", type=click.IntRange(1, 100), help="Runs per framework.")
@click.option(
    "--first-seed",
    type=click.IntRange(0, 10**6),
    help="Other seeds than 0, 1, 2 ...: an independent repetition.",
)
@click.option("--budget", metavar="TIME", help="Fit seeds and epochs into this: 90s, 10m, 1h30m.")
@click.option(
    "--suite",
    "suites",
    type=click.Choice(["code", "contact", "deployment", "limit", "scale"]),
    multiple=True,
    help="code: what each framework can differentiate of plain Python; contact: importing it, and"
    " installing it into an empty environment (gigabytes, from the package index); deployment:"
    " every way out of each framework, for what was trained; limit: how near training comes to"
    " what the machine can multiply; scale: other batch sizes and numbers of threads.",
)
@profile_option
@offline_option
@force_option
@strict_option
@log_format_option
@config_option
def train(strict: bool, config: Path | None, **options: Any) -> None:
    """Train the workloads (all, or those named) and store each trial.

    \b
    dlsurvey train mnist-cnn --framework pytorch --epochs 1 --seeds 3
    dlsurvey train ./my-net

    A folder of your own holds a workload.toml and two programs or more; name it in
    survey.toml too, so that the report knows it.
    """
    from dlsurvey.build import Options
    from dlsurvey.config import name_workloads

    options["workloads"] = name_workloads(Path.cwd(), options["workloads"])
    with open_for_work(config, "dlsurvey train") as survey:
        survey.console.open_log(survey.config.logs, "train")
        complete = survey.train(Options(**options))
        survey.console.say(f"Stored in {survey.config.store / 'trials'}")
    finish(complete=complete, strict=strict)


@click.command()
@click.option("--edition", "edition_id", metavar="ID", help="Default: what is stored now.")
@click.option(
    "--format",
    "formats",
    default="html,pdf,slides",
    help="Of html, pdf and slides, with commas.",
)
@force_option
@strict_option
@log_format_option
@config_option
def render(
    edition_id: str | None, formats: str, force: bool, strict: bool, config: Path | None
) -> None:
    """Write the report from what is stored: no network, no training."""
    from dlsurvey.editions import FORMATS

    asked = {part.strip() for part in formats.split(",")}
    unknown = sorted(asked - set(FORMATS))
    wanted = tuple(name for name in FORMATS if name in asked)
    if unknown:
        raise click.BadParameter(
            f"'{unknown[0]}' is none of {', '.join(FORMATS)}.", param_hint="--format"
        )
    with open_for_work(config, "dlsurvey render") as survey:
        survey.console.open_log(survey.config.logs, "render")
        edition: Edition = survey.render(edition_id, wanted, force=force)
        survey.console.say_log()
    finish(complete=not edition.gaps, strict=strict)
