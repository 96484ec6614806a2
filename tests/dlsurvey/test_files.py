"""Files are whole or absent, and the system's errors become sentences."""

import errno
import os
from pathlib import Path

import pytest

from dlsurvey.errors import StoreError
from dlsurvey.files import explaining, write_atomic


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mit leerzeichen ü" / "file.json"
    write_atomic(path, b"old")

    def refuse(*paths: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dlsurvey.files.os.replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == ["file.json"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "this is not permitted"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_errors_become_sentences(number: int, words: str) -> None:
    with (
        pytest.raises(StoreError, match=f"^Cannot write data/x: {words}"),
        explaining(StoreError, "write data/x"),
    ):
        raise OSError(number, os.strerror(number))
