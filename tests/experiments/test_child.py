"""A process of ours ends with the one that started it, also while it imports what takes long."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.conftest import REPOSITORY

HOLDS_THE_LOCK = """
import ctypes, os, sys
print(*sys.argv[1:], flush=True)
ctypes.PyDLL(None).sleep(60)  # no other thread of Python's runs meanwhile, as while a library loads
"""
STARTS = """
import subprocess, sys
from experiments.child import make_command
with subprocess.Popen(make_command("slow", "a", "b c")) as process:
    print(process.pid, flush=True)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    (folder / "slow.py").write_text(HOLDS_THE_LOCK)
    return subprocess.Popen(
        [sys.executable, "-c", STARTS],
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{folder}"},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread watches, between imports")
def test_it_ends_at_once_with_a_killed_parent_though_no_thread_runs(tmp_path: Path) -> None:
    with start(tmp_path) as parent:
        assert parent.stdout is not None
        said = [parent.stdout.readline().strip() for _ in range(2)]
        (number,) = [line for line in said if line.isdigit()]
        assert "a b c" in said
        process = psutil.Process(int(number))
        parent.kill()
        started = time.monotonic()
        process.wait(timeout=30)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("ask", [True, False])
def test_it_ends_where_the_parent_has_ended_before(
    ask: bool,
) -> None:
    """By the system's answer, or where the system cannot be asked by a thread."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    code = (
        "import time\nfrom experiments import child\n"
        + ("" if ask else "child._ask_system = lambda: False\n")
        + f"child.end_with({gone.pid})\ntime.sleep(60)\n"
    )
    started = time.monotonic()
    answer = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False)
    assert answer.returncode == 1
    assert time.monotonic() - started < 30
