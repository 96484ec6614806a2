"""An adapter that is killed, as the system does when memory runs out."""

import os
import signal
from typing import Any

from experiments.journal import Journal
from tests.experiments.fakes import base
from tests.experiments.fakes.base import prepare_framework, sees_gpu

__all__ = ["Network", "prepare_framework", "sees_gpu"]


class Network(base.Network):
    def train(self, data: Any, journal: Journal) -> None:
        os.kill(os.getpid(), signal.SIGKILL)
