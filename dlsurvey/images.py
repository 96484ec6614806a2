"""Turns image files beside a user's Markdown into data that travels inside the report."""

import base64
import re
import warnings
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from dlsurvey.errors import ConfigError
from dlsurvey.files import explaining

LARGEST = 500_000
LARGEST_TOGETHER = 1_000_000
"""The page is to stay below 3 MB, and an image takes a third more in it than on the disk."""
MOST_PIXELS = 25_000_000


class Images:
    """The images of one folder; it counts what they take together."""

    KINDS: ClassVar[dict[str, str]] = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
    """No SVG: it can name other files, and is a program of its own to draw."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._read: dict[Path, str] = {}
        self._named: dict[Path, None] = {}
        self._bytes = 0

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that were read, as the Markdown names them below the folder."""
        return tuple(self._named)

    def read(self, address: str) -> str:
        """The data URI of the image; raises ConfigError, to which the caller adds file and line."""
        path = self._find(address)
        if path not in self._read:
            content = self._load(path, address)
            kind = self.KINDS[path.suffix.lower()].lower()
            self._read[path] = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
        return self._read[path]

    def _find(self, address: str) -> Path:
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", address):
            raise ConfigError(
                f"the image '{address[:80]}' is not a file beside the section: a report loads nothing"
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
        named = path
        with explaining(ConfigError, f"read the image '{shown}'"):
            try:
                path = path.resolve(strict=True)
            except FileNotFoundError:
                raise ConfigError(
                    f"the image '{shown}' is not there: save it in the folder of sections, or"
                    " correct its name."
                ) from None
        if not path.is_relative_to(self._folder.resolve()):
            raise ConfigError(
                f"the image '{shown}' is a link out of the folder of sections: copy it there."
            )
        self._named[named] = None
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
            content = path.read_bytes()
        self._bytes += len(content)
        if self._bytes > LARGEST_TOGETHER:
            raise ConfigError(
                f"with the image '{shown}' all sections together have more than"
                f" {LARGEST_TOGETHER:,} bytes of images: save them smaller."
            )
        self._examine(path, address)
        return content

    def _examine(self, path: Path, address: str) -> None:
        """That it is what its name says, and not too large to be drawn."""
        from PIL import Image, UnidentifiedImageError

        kind = self.KINDS[path.suffix.lower()]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with Image.open(path, formats=[kind]) as image:
                    width, height = image.size
                    image.verify()
        except (
            OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError,
            Image.DecompressionBombWarning,
        ) as error:  # fmt: skip
            raise ConfigError(
                f"the image '{_show(address)}' is not a whole {kind} file."
            ) from error
        if width * height > MOST_PIXELS:
            raise ConfigError(
                f"the image '{_show(address)}' has {width} x {height} pixels, too many to print: save"
                " it smaller."
            )


def _show(address: str) -> str:
    """The name as the file bears it, for a message: `a b.png`, which Markdown hands over as a%20b."""
    return "".join(one if one.isprintable() else "?" for one in unquote(address)[:80])
