"""Turns a build on a machine with telling names into the assertion that no file of it tells them."""

import base64
import gzip
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import pypdf
import pytest
from PIL import Image
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, StreamObject

from dlsurvey.machine_paths import hide_paths
from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.quick_build import SETTINGS
from tests.dlsurvey.test_image_metadata import TOLD, make_photo, make_screenshot

USER, HOST, HOME, ENCLOSING = "zwickelmaier", "wolpertinger", "heimathafen", "geheimprojekt"
MARKED = "marillenkraut"
"""Stands in a section: what is looked for would be found."""
DATA = re.compile(rb"data:[a-z/+-]+(?:;charset=[\w-]+)?(;base64)?,([^\"'()\s<>]+)")

BUILD = f"""
import platform, socket
socket.gethostname = platform.node = lambda: "{HOST}"
from tests.dlsurvey.faults.quick_build import build
if __name__ == "__main__":
    build()
"""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey with photos, built in a repository of another name, by a user of a telling name."""
    root = tmp_path_factory.mktemp("machine")
    home, enclosing = root / HOME / USER, root / HOME / USER / ENCLOSING
    folder = enclosing / "survey"
    (folder / "sections").mkdir(parents=True)
    (folder / "survey.toml").write_text(SETTINGS)
    (folder / "sections" / "mine.md").write_text(
        f"# Mine\n\nI write {MARKED}.\n\n![A photo](a.jpg)\n\n![Turned](b.jpg)\n\n![Screen](c.png)\n"
    )
    (folder / "sections" / "a.jpg").write_bytes(make_photo())
    (folder / "sections" / "b.jpg").write_bytes(make_photo(orientation=6))
    (folder / "sections" / "c.png").write_bytes(make_screenshot())
    (root / "build.py").write_text(BUILD)
    names = {"HOME": home, "USER": USER, "LOGNAME": USER, "HOSTNAME": HOST, "GIT_AUTHOR_NAME": USER}
    words = ["-c", f"user.name={USER}", "-c", f"user.email={USER}@{HOST}"]
    environment = os.environ | {name: str(value) for name, value in names.items()}
    environment |= {"PYTHONPATH": str(REPOSITORY), "ADAPTER": "telling", "CUDA_VISIBLE_DEVICES": ""}
    for command in (
        ["git", "init", "-q", "-b", ENCLOSING],
        ["git", "add", "-A"],
        ["git", *words, "commit", "-qm", ENCLOSING],
        [sys.executable, str(root / "build.py")],
    ):
        place = folder if command[0] == sys.executable else enclosing
        variables = environment | {"FORMATS": "html pdf slides"}
        done = subprocess.run(
            command, cwd=place, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def unfold(content: bytes) -> Iterator[bytes]:
    """The content, and everything that is packed in it."""
    yield content
    if content.startswith(b"%PDF"):
        for inner in unfold_pdf(content):
            yield from unfold(inner)
    elif content.startswith(b"\x1f\x8b"):
        yield from unfold(gzip.decompress(content))
    elif content.startswith((b"\x89PNG", b"\xff\xd8")):
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            yield repr((image.info, dict(image.getexif()))).encode()
    else:
        for is_base64, data in DATA.findall(content):
            yield from unfold(base64.b64decode(data) if is_base64 else unquote_to_bytes(data))


def unfold_pdf(content: bytes) -> Iterator[bytes]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    for number in range(1, cast(int, reader.trailer["/Size"])):
        yield from unfold_object(reader.get_object(number))
    yield repr(reader.metadata).encode()
    yield "\n".join(page.extract_text() for page in reader.pages).encode()


def unfold_object(found: Any) -> Iterator[bytes]:
    if isinstance(found, StreamObject):
        is_picture = "/DCTDecode" in repr(found.get("/Filter"))
        yield found._data if is_picture else found.get_data()
    if isinstance(found, DictionaryObject):
        for key, value in found.items():
            yield str(key).encode()
            yield from unfold_object(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            yield from unfold_object(value)
    elif isinstance(found, ByteStringObject):
        yield bytes(found)
    elif isinstance(found, str):
        yield found.encode(errors="replace")


@cache
def read_parts(path: Path) -> tuple[bytes, ...]:
    return tuple(part.lower() for part in unfold(path.read_bytes()))


def find_places(survey: Path, word: str, folder: str) -> list[str]:
    """Files below `folder` of the survey that tell the word, packed or not, in any encoding."""
    written = [word.lower().encode(encoding) for encoding in ("utf-8", "utf-16-be", "utf-16-le")]
    return [
        str(path.relative_to(survey))
        for path in sorted((survey / folder).rglob("*"))
        if path.is_file() and any(one in part for part in read_parts(path) for one in written)
    ]


def test_what_stands_in_an_edition_is_found(survey: Path) -> None:
    found = {Path(path).name for path in find_places(survey, MARKED, "reports")}
    assert found == {"report.html", "report.pdf", "slides.pdf"}
    shown = " ".join(path.read_text() for path in survey.glob("reports/*/report.html"))
    assert shown.count("data:image/jpeg;base64,") >= 2
    assert "~/weights.bin and x" in shown


@pytest.mark.parametrize("word", [USER, HOST, HOME, ENCLOSING, TOLD])
@pytest.mark.parametrize("folder", ["reports", "data"])
def test_nothing_tells_of_the_machine_or_of_a_photo(survey: Path, word: str, folder: str) -> None:
    assert find_places(survey, word, folder) == []


def test_no_edition_takes_the_enclosing_repository_for_its_own(survey: Path) -> None:
    command = ["git", "rev-parse", "HEAD"]
    asked = subprocess.run(command, cwd=survey, capture_output=True, text=True, check=True)
    assert find_places(survey, asked.stdout.strip(), ".") == []


def test_paths_of_the_machine_become_paths_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    written = b'["/home/ada/x.png", "/home/ada", "/home/adam/x", "in /home/ada: no", "%s/images"]'
    hidden = hide_paths(written % str(tmp_path).encode(), tmp_path)
    assert hidden == b'["~/x.png", "~", "/home/adam/x", "in ~: no", "images"]'


def test_a_home_that_is_the_root_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/")
    assert hide_paths(b'"https://example.org/ and /data"', tmp_path) == (
        b'"https://example.org/ and /data"'
    )
