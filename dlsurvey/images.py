"""Turns image files beside a user's Markdown into data that travels inside the report."""

import base64
import re
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from dlsurvey.characters import show_controls
from dlsurvey.errors import ConfigError
from dlsurvey.files import explaining
from dlsurvey.image_metadata import Kind, remove_metadata

LARGEST = 500_000
LARGEST_TOGETHER = 1_000_000
"""The page is to stay below 3 MB, and an image takes a third more in it than on the disk."""


class Images:
    """The images of one folder; it counts what they take together."""

    KINDS: ClassVar[dict[str, Kind]] = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
    """No SVG: it can name other files, and is a program of its own to draw."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._read: dict[Path, bytes] = {}
        self._bytes = 0

    @property
    def contents(self) -> dict[Path, bytes]:
        """What was read, as it is shown, by the path that the Markdown names below the folder."""
        return dict(self._read)

    def read(self, address: str) -> str:
        """The data URI of the image; raises ConfigError, to which the caller adds file and line."""
        path = self._find(address)
        if path not in self._read:
            self._read[path] = self._load(path, address)
        kind = self.KINDS[path.suffix.lower()].lower()
        return f"data:image/{kind};base64,{base64.b64encode(self._read[path]).decode()}"

    def _find(self, address: str) -> Path:
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", address):
            raise ConfigError(
                f"the image '{_show(address)}' is not a file beside the section: a report loads nothing"
                " from elsewhere; save the image in the folder of sections."
            )
        name, shown = unquote(address), _show(address)
        if "\\" in name or "\0" in name or name.startswith("/") or ".." in name.split("/"):
            raise ConfigError(
                f"the image '{shown}' is named by a path out of the folder of sections: put"
                " it there and write its name alone."
            )
        path = self._folder / name
        if path.suffix.lower() not in self.KINDS:
            raise ConfigError(
                f"the image '{shown}' is none of {', '.join(self.KINDS)}: save it as one."
            )
        with explaining(ConfigError, f"read the image '{shown}'"):
            try:
                file = path.resolve(strict=True)
            except FileNotFoundError:
                raise ConfigError(
                    f"the image '{shown}' is not there: save it in the folder of sections, or"
                    " correct its name."
                ) from None
        if not file.is_relative_to(self._folder.resolve()):
            raise ConfigError(
                f"the image '{shown}' is a link out of the folder of sections: copy it there."
            )
        return path

    def _load(self, path: Path, address: str) -> bytes:
        shown = _show(address)
        with explaining(ConfigError, f"read the image '{shown}'"):
            size = path.stat().st_size
            if size > LARGEST:
                raise ConfigError(
                    f"the image '{shown}' has {size:,} bytes; {LARGEST:,} are allowed: save"
                    " it smaller."
                )
            try:
                content = remove_metadata(path.read_bytes(), self.KINDS[path.suffix.lower()])
            except ConfigError as error:
                raise ConfigError(f"the image '{shown}' {error}") from error
        self._bytes += len(content)
        if self._bytes > LARGEST_TOGETHER:
            raise ConfigError(
                f"with the image '{shown}' all sections together have more than"
                f" {LARGEST_TOGETHER:,} bytes of images: save them smaller."
            )
        return content


def _show(address: str) -> str:
    """The name as the file bears it, for a message: `a b.png`, which Markdown hands over as a%20b."""
    return show_controls(unquote(address)[:80])
