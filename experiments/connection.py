"""Turns RAY_ADDRESS into a connected cluster, and what Ray prints into lines of the log.

Ray is imported in here and in `experiments/cluster.py`, and only once one of them is asked for.
"""

import contextlib
import io
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dlsurvey.errors import ConfigError, MissingDependency
from experiments.cluster import Cluster, logger
from experiments.executors import Errand

ANSWER_SECONDS = 10.0
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Nothing is told to Ray's makers; and the GPU is hidden by the runner, not by Ray."""


@contextmanager
def connect(errand: Errand) -> Iterator[Cluster]:
    """The cluster that RAY_ADDRESS names, or that runs on this machine.

    Raises MissingDependency without the extra, ConfigError where no cluster answers.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingDependency(
            "--executor ray needs Ray: pip install 'dlsurvey[ray]' (in a checkout: .venv/bin/python"
            " -m pip install -e '.[ray]')."
        ) from error
    address = os.environ.get("RAY_ADDRESS", "auto")
    _check_answer(address)
    with contextlib.redirect_stdout(_Noise()):
        try:
            with _keeping_handlers():
                ray.init(
                    address=address,
                    log_to_driver=False,
                    configure_logging=False,
                    logging_level=logging.ERROR,
                )
        except (ConnectionError, RuntimeError, ValueError) as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise _refuse(lines[0][:300]) from error
        try:
            yield Cluster(ray, errand)
        finally:
            ray.shutdown()


def _check_answer(address: str) -> None:
    """Ask before Ray does: it would ask an address where nobody answers for minutes."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _refuse(f"{address}: {error}") from error


def _refuse(reason: str) -> ConfigError:
    return ConfigError(
        f"No Ray cluster can be used ({reason}). Start one with `ray start --head"
        " --disable-usage-stats`, or name one in RAY_ADDRESS."
    )


class _Noise(io.TextIOBase):
    """What Ray prints goes to the log: the console has a stream of its own."""

    def write(self, text: str) -> int:
        """Line by line."""
        for line in text.splitlines():
            if line.strip():
                logger.info("%s", line.rstrip())
        return len(text)


@contextmanager
def _keeping_handlers() -> Iterator[None]:
    """Ray takes SIGTERM for itself; here it must stay what Ctrl-C is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
