"""A trainer whose process is stopped for a while, as by Ctrl-Z or a debugger."""

import os
import signal
import subprocess
from typing import Any

from tests.experiments.fakes import base
from tests.experiments.fakes.base import *

STOPPED_SECONDS = 1.6


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    waking = f"sleep {STOPPED_SECONDS}; kill -CONT {os.getpid()}"
    with subprocess.Popen(["sh", "-c", waking]):
        os.kill(os.getpid(), signal.SIGSTOP)
    base.train(model, tools, data, spec, journal)
