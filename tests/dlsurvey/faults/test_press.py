"""The second process that prints ends with the first, however that dies."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import REPOSITORY

PRINT = """
import time
from dlsurvey.render.press import Press
if __name__ == "__main__":
    with Press(("pdf", "slides")) as press:
        press._pool.submit(time.monotonic).result()
        print("ready", flush=True)
        time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="other systems have no SIGKILL")
def test_a_killed_build_leaves_no_printing_process(tmp_path: Path) -> None:
    script = tmp_path / "print_it.py"
    script.write_text(PRINT)
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
