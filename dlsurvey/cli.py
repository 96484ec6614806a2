"""Turns command lines into calls of the spine, errors into one sentence, and both into exit codes.

Nothing heavy is imported before a command needs it.
"""

import errno
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlsurvey import __version__
from dlsurvey.errors import SurveyError

if TYPE_CHECKING:
    from dlsurvey.build import Survey
    from dlsurvey.records import Edition

EXIT_GAPS = 3
EPILOG = """\b
Exit codes: 0 done; 1 failed; 2 wrong usage or configuration;
3 done with gaps, under --strict only.

\b
A first report:   dlsurvey build --profile quick
A better one:     dlsurvey build
On a schedule:    dlsurvey build --strict
"""

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
profile_option = click.option(
    "--profile",
    type=click.Choice(["quick", "standard", "full"]),
    help="quick: under 90 s. standard (default): fits a training budget of 10 minutes."
    " full: every epoch of the surveys, five seeds.",
)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dlsurvey")
def cli() -> None:
    """A living survey of deep-learning frameworks.

    Trains the same networks in TensorFlow and PyTorch, collects popularity
    signals, and writes one edition of a report: HTML and PDF, every figure
    with its source and age.
    """


@cli.command()
@profile_option
@offline_option
@strict_option
@config_option
def build(profile: str | None, offline: bool, strict: bool, config: Path | None) -> None:
    """The main job: collect, train, render.

    What is stored already is not done again; Ctrl-C loses at most the trial
    then running, and the same command goes on from there.
    """
    edition = _open(config).build(profile, offline=offline)
    _finish(complete=not edition.gaps, strict=strict)


@cli.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@strict_option
@config_option
def collect(sources: tuple[str, ...], strict: bool, config: Path | None) -> None:
    """Ask the web sources and store what they say (all, or those named).

    `dlsurvey list` names them.
    """
    survey = _open(config)
    survey.console.open_log(survey.config.logs, "collect")
    complete = survey.collect(sources)
    survey.console.say(f"Stored in {survey.config.store / 'observations'}")
    _finish(complete=complete, strict=strict)


@cli.command()
@click.argument("workloads", nargs=-1, metavar="[WORKLOAD ...]")
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
@click.option("--mode", type=click.Choice(["eager", "graph", "compiled"]))
@click.option("--epochs", type=click.IntRange(1), help="Default: the survey's own number.")
@click.option("--seeds", type=click.IntRange(1, 100), help="Runs per framework.")
@click.option("--budget", metavar="TIME", help="Fit seeds and epochs into this: 90s, 10m, 1h30m.")
@profile_option
@offline_option
@strict_option
@config_option
def train(strict: bool, config: Path | None, **options: Any) -> None:
    """Train the workloads (all, or those named) and store each trial.

    \b
    dlsurvey train mnist-cnn --framework pytorch --epochs 1 --seeds 3
    """
    from dlsurvey.build import Options

    survey = _open(config)
    survey.console.open_log(survey.config.logs, "train")
    complete = survey.train(Options(**options))
    survey.console.say(f"Stored in {survey.config.store / 'trials'}")
    _finish(complete=complete, strict=strict)


@cli.command()
@click.option("--edition", "edition_id", metavar="ID", help="Default: what is stored now.")
@click.option("--format", "formats", default="html,pdf", help="Of html and pdf, with commas.")
@strict_option
@config_option
def render(edition_id: str | None, formats: str, strict: bool, config: Path | None) -> None:
    """Write the report from what is stored: no network, no training."""
    from dlsurvey.editions import FORMATS

    asked = {part.strip() for part in formats.split(",")}
    unknown = sorted(asked - set(FORMATS))
    wanted = tuple(name for name in FORMATS if name in asked)
    if unknown:
        raise click.BadParameter(
            f"'{unknown[0]}' is none of {', '.join(FORMATS)}.", param_hint="--format"
        )
    edition: Edition = _open(config).render(edition_id, wanted)
    _finish(complete=not edition.gaps, strict=strict)


@cli.command()
@config_option
def status(config: Path | None) -> None:
    """What is stored, how old it is, and what is missing."""
    from dlsurvey.status import describe_status

    survey = _open(config)
    for line in describe_status(survey.config, survey.store):
        click.echo(line)


@cli.command("list")
@config_option
def list_members(config: Path | None) -> None:
    """The sources, workloads, frameworks and profiles that are registered."""
    from dlsurvey.status import describe_members

    for line in describe_members(_open(config).config):
        click.echo(line)


@cli.command()
@config_option
def doctor(config: Path | None) -> None:
    """What this machine lacks, and what to do about it."""
    from dlsurvey.doctor import examine

    survey = _open(config)
    healthy = True
    for finding in examine(survey.config):
        healthy &= finding.state != "missing"
        click.echo(f"{finding.state:8} {finding.text}")
    sys.exit(0 if healthy else 1)


def _open(config: Path | None) -> "Survey":
    from dlsurvey.build import Survey
    from dlsurvey.config import load_config
    from dlsurvey.console import Console

    return Survey(load_config(config), Console())


def _finish(*, complete: bool, strict: bool) -> None:
    sys.exit(EXIT_GAPS if strict and not complete else 0)


def _interrupt(number: int, frame: object) -> None:
    """A request to end is what Ctrl-C is."""
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line: the one place where errors are caught."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another locale shows '?' rather than stop the build.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    logging.getLogger().addHandler(logging.NullHandler())
    logging.raiseExceptions = False  # a log that cannot be written must not hide why
    logger = logging.getLogger("dlsurvey")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        cli(standalone_mode=False)
    except SurveyError as error:
        logger.error(str(error))
        click.echo(f"dlsurvey: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EPIPE, errno.EIO):
            raise
        sys.exit(1)  # standard output is full or gone: there is nowhere left to say so
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        logger.error("Stopped by the user.")
        click.echo(
            "\ndlsurvey: stopped. What was finished is stored; the same command goes on from there.",
            err=True,
        )
        sys.exit(1)
