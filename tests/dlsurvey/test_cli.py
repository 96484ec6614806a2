"""The command line: what it loads, what it says, and the exit codes that people script."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.experiments.test_folder import write_images
from tests.experiments.test_idx import write_mnist

HEAVY = ("tensorflow", "keras", "torch", "torchvision", "jax", "matplotlib", "weasyprint", "pandas",
         "numpy", "scipy", "httpx", "jinja2")  # fmt: skip
COMMANDS = (
    "build", "collect", "import", "train", "render", "diff", "verify", "parity", "status", "list",
    "doctor", "init", "schedule",
)  # fmt: skip


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """dlsurvey in `folder`, with a cache of its own and nothing of this machine's settings."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        key: value for key, value in os.environ.items() if not key.startswith(("DLSURVEY_", "COV_"))
    }
    settings |= {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        [sys.executable, "-m", "dlsurvey", *arguments],
        cwd=folder,
        env=settings | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("module", "allowed"), [("dlsurvey.cli", set()), ("dlsurvey.build", {"numpy"})]
)
def test_command_line_loads_nothing_heavy(module: str, allowed: set[str]) -> None:
    names = tuple(name for name in HEAVY if name not in allowed)
    code = f"import sys, {module}\nprint([name for name in {names!r} if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    answer = run(tmp_path, command, "--help")
    assert answer.returncode == 0
    assert "Usage:" in answer.stdout
    assert ("--config" in answer.stdout) is (command not in ("init", "verify"))


def test_help_lists_every_command_and_the_exit_codes(tmp_path: Path) -> None:
    answer = run(tmp_path, "--help")
    for command in COMMANDS:
        assert f"  {command} " in answer.stdout
    assert "Exit codes: 0 done; 1 failed; 2 wrong usage or configuration;" in answer.stdout


def test_list_names_the_members(tmp_path: Path) -> None:
    answer = run(tmp_path, "list")
    for name in ("published:", "pypi:", "github:", "mnist-cnn:", "cifar10-cnn:", "tensorflow:",
                 "pytorch:", "quick:", "standard:", "full:"):  # fmt: skip
        assert f"  {name}" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["paint"], "No such command 'paint'"),
        (["build", "--profile", "huge"], "is not one of 'quick', 'standard', 'full'"),
        (["render", "--format", "docx"], "'docx' is none of html, pdf"),
        (["train", "nothing-cnn"], "There is no workload 'nothing-cnn'. Known: mnist-cnn, cifar10-cnn, "),
        (["train", "--framework", "theano", "--offline"], "There is no framework 'theano'"),
        (["train", "--budget", "soon"], "'soon' is no duration"),
        (["collect", "altavista"], "There is no source 'altavista'. Known: published, pypi, github,"),
        (["build", "--config", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["render", "--edition", "../../x"], "There is no edition '../../x'. Known: none yet."),
        (["render", "--edition", "x"], "There is no edition 'x'. Known: none yet."),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    answer = run(tmp_path, *arguments)
    assert answer.returncode == (1 if "edition" in words else 2)
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_unknown_key_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text('[survey]\nautor = "A"\n')
    answer = run(tmp_path, "build", "--offline")
    assert answer.returncode == 2
    assert "unknown key 'autor' in [survey]. Did you mean 'author'?" in answer.stderr


def test_truncated_images_stop_the_build_and_lose_nothing(tmp_path: Path) -> None:
    files = write_mnist(tmp_path / "bilder ü")
    files[0].write_bytes(files[0].read_bytes()[:-1])
    answer = run(tmp_path, "build", "--offline", DLSURVEY_DATA_DIR=str(tmp_path / "bilder ü"))
    assert answer.returncode == 1
    assert "train-images-idx3-ubyte is truncated" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert (tmp_path / "data" / "observations" / "published.jsonl").exists()


def test_class_folder_without_images_stops_the_build(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "bilder")
    for path in (folder / "train" / "cat").iterdir():
        path.unlink()
    (tmp_path / "survey.toml").write_text('[experiments.data]\ncifar10-cnn = "folder:bilder"\n')
    answer = run(tmp_path, "train", "cifar10-cnn", "--offline")
    assert answer.returncode == 1
    assert "holds no images" in answer.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text('[build]\nlogs = "zu/logs"\n')
    (tmp_path / "zu").mkdir(mode=0o500)
    answer = run(tmp_path, "build", "--offline")
    assert answer.returncode == 1
    assert "this is not permitted" in answer.stderr


def test_place_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the store should be")
    answer = run(tmp_path, "build", "--offline")
    assert answer.returncode == 1
    assert "choose another folder" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_render_before_any_training_is_an_edition_of_gaps(tmp_path: Path) -> None:
    assert run(tmp_path, "collect", "--refresh", "published").returncode == 0
    answer = run(tmp_path, "render", "--format", "html", "--strict", LC_ALL="C")
    assert answer.returncode == 3
    results = json.loads((tmp_path / "reports" / "latest" / "results.json").read_bytes())
    assert results["trials"] == []
    assert {"what", "why", "cure"} == set(results["gaps"][0])
    assert any(gap["why"] == "Nothing has been trained yet." for gap in results["gaps"])
    again = run(tmp_path, "render", "--format", "html")
    assert "Nothing has changed since this edition was written." in again.stdout
    latest = tmp_path / "reports" / "latest"
    (latest / "report.html").write_text("garbage")
    assert "Nothing has changed" not in run(tmp_path, "render", "--format", "html").stdout
    assert "garbage" not in (latest / "report.html").read_text(encoding="utf-8")[:50]
    status = run(tmp_path, "status")
    assert "published" in status.stdout
    assert "158 observations" in status.stdout


def test_old_edition_does_not_become_the_latest(tmp_path: Path) -> None:
    run(tmp_path, "collect", "published")
    run(tmp_path, "render", "--format", "html")
    old = (tmp_path / "reports" / "latest").resolve().name
    (tmp_path / "survey.toml").write_text('[survey]\nauthor = "Somebody"\n')
    run(tmp_path, "render", "--format", "html")
    newest = (tmp_path / "reports" / "latest").resolve().name
    assert newest != old
    assert run(tmp_path, "render", "--edition", old, "--format", "html").returncode == 0
    assert (tmp_path / "reports" / "latest").resolve().name == newest


def test_lost_observations_are_noticed(tmp_path: Path) -> None:
    run(tmp_path, "collect", "published")
    run(tmp_path, "render", "--format", "html")
    edition = (tmp_path / "reports" / "latest").resolve().name
    path = tmp_path / "data" / "observations" / "published.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:100]))
    (tmp_path / "reports" / edition / "manifest.json").unlink()
    answer = run(tmp_path, "render", "--edition", edition)
    assert answer.returncode == 1
    assert "stands on 158 observations of published, but only 100 are left" in answer.stderr


@pytest.mark.skipif(os.name != "posix", reason="a shell is needed")
def test_closed_or_full_output_is_no_traceback(tmp_path: Path) -> None:
    for redirection in (">&-", ">/dev/full"):
        answer = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m dlsurvey status {redirection}'],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in answer.stderr, redirection


@pytest.mark.skipif(os.name != "posix", reason="other systems keep a folder that is in use")
def test_a_folder_that_was_removed_is_one_sentence(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom dlsurvey.cli import main\n"
        f"os.chdir({str(tmp_path)!r})\nos.rmdir({str(tmp_path)!r})\n"
        "sys.argv = ['dlsurvey', 'status']\nmain()\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr == (
        "dlsurvey: The folder you are in was removed: change to another one (cd) and run it again.\n"
    )
