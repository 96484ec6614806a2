"""Turns text into a file and that into what an importer reads of it."""

import hashlib
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from collectors.imports.base import ImportedFile, Importer, Reading
from collectors.subjects import SUBJECTS

TODAY = date(2026, 11, 21)
WRITTEN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(importer: Importer, content: bytes | str) -> Reading:
    body = content.encode() if isinstance(content, str) else content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(body)
        file = ImportedFile(path, hashlib.sha256(body).hexdigest(), WRITTEN, TODAY)
        return importer.read(file, SUBJECTS)


def list_reasons(reading: Reading) -> list[str]:
    return [example.why for example in reading.examples]
