"""An adapter whose process is stopped for a while, as by Ctrl-Z or a debugger."""

import os
import signal
import subprocess
from typing import Any

from experiments.journal import Journal
from tests.experiments.fakes import base
from tests.experiments.fakes.base import prepare_framework, sees_gpu

STOPPED_SECONDS = 1.6

__all__ = ["Network", "prepare_framework", "sees_gpu"]


class Network(base.Network):
    def train(self, data: Any, journal: Journal) -> None:
        waking = f"sleep {STOPPED_SECONDS}; kill -CONT {os.getpid()}"
        with subprocess.Popen(["sh", "-c", waking]):
            os.kill(os.getpid(), signal.SIGSTOP)
        super().train(data, journal)
