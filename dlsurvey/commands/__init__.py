"""Turns each command into calls of the spine; the registry is in their order of importance.

Nothing heavy is imported before a command needs it.
"""

from typing import TYPE_CHECKING

from dlsurvey.commands import founding, making, reading

if TYPE_CHECKING:
    import click

COMMANDS: "tuple[click.Command, ...]" = (
    making.build,
    making.collect,
    making.import_file,
    making.train,
    making.render,
    reading.diff,
    reading.status,
    reading.list_members,
    reading.verify,
    reading.parity,
    reading.doctor,
    founding.init,
    founding.schedule,
)
"""One line adds a command."""
