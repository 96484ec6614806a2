"""Turns command lines into calls of the spine, errors into one sentence, and both into exit codes.

Nothing heavy is imported before a command needs it.
"""

import errno
import logging
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlsurvey import __version__
from dlsurvey.errors import SurveyError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    with _work(config, "dlsurvey build") as survey:
        edition = survey.build(profile, offline=offline)
    _finish(complete=not edition.gaps, strict=strict)


@cli.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@strict_option
@config_option
def collect(sources: tuple[str, ...], strict: bool, config: Path | None) -> None:
    """Ask the web sources and store what they say (all, or those named).

    `dlsurvey list` names them.
    """
    with _work(config, "dlsurvey collect") as survey:
        survey.console.open_log(survey.config.logs, "collect")
        complete = survey.collect(sources)
        survey.console.say(f"Stored in {survey.config.store / 'observations'}")
    _finish(complete=complete, strict=strict)


@cli.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def import_file(name: str, file: Path, config: Path | None) -> None:
    """Store what a file of yours says: an export, a dump, a table.

    \b
    dlsurvey import google-trends multiTimeline.csv
    dlsurvey import github-stars FILE.csv
    dlsurvey import papers-with-code DUMP
    dlsurvey import tidy FILE.csv

    It says what it understood, then what it refused and why. A file that was
    imported before adds nothing.
    """
    from dlsurvey.importing import find_importer
    from dlsurvey.importing import import_file as import_into

    find_importer(name)
    with _work(config, "dlsurvey import") as survey:
        survey.console.open_log(survey.config.logs, "import")
        import_into(survey.config, survey.store, survey.console, name, file)


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
    type=click.Choice(["code"]),
    multiple=True,
    help="code: what each framework can differentiate of plain Python.",
)
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

    with _work(config, "dlsurvey train") as survey:
        survey.console.open_log(survey.config.logs, "train")
        complete = survey.train(Options(**options))
        survey.console.say(f"Stored in {survey.config.store / 'trials'}")
    _finish(complete=complete, strict=strict)


@cli.command()
@click.option("--edition", "edition_id", metavar="ID", help="Default: what is stored now.")
@click.option(
    "--format",
    "formats",
    default="html,pdf,slides",
    help="Of html, pdf and slides, with commas.",
)
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
    with _work(config, "dlsurvey render") as survey:
        edition: Edition = survey.render(edition_id, wanted)
    _finish(complete=not edition.gaps, strict=strict)


@cli.command()
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

    survey = _open(config)
    older, newer = choose_editions(survey.store, old, new)
    click.echo(write_changes(compare(survey.config, survey.store, older, newer), style), nl=False)


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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Recompute the numbers of a report.pdf from the data attached to it.

    Says how many agree, and names each that does not: where it stands, what
    is printed there, and what the data give. Exit code 1 where one differs.
    """
    from dlsurvey.verification import describe
    from dlsurvey.verification import verify as check

    verification = check(file)
    for line in describe(verification):
        click.echo(line)
    sys.exit(1 if verification.differences else 0)


@cli.command()
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


@cli.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make a survey folder: survey.toml, sections/, a workflow. What is there is left alone."""
    from dlsurvey.initialise import initialise

    written, kept = initialise(folder)
    for path in written:
        click.echo(f"Wrote {path}")
    for path in kept:
        click.echo(f"Left alone: {path}")


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


@contextmanager
def _work(config: Path | None, command: str) -> "Iterator[Survey]":
    """The survey folder, with every other run kept out of it."""
    from dlsurvey.lock import holding

    survey = _open(config)
    with holding(survey.config.store, command):
        yield survey


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
