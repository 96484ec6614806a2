"""Turns the page's script into text to stand inside it, and the hash by which it may run."""

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from dlsurvey.errors import RenderError

SCRIPT = Path(__file__).parents[2] / "templates" / "report.js"


class Script(NamedTuple):
    """What stands between the tags, and the source that the page's policy allows for it."""

    text: Markup
    source: str
    """'sha256-…', without quotes."""


def read_script(path: Path = SCRIPT) -> Script:
    """The script as it is sent; the policy allows this text and no other."""
    text = path.read_text(encoding="utf-8")
    if "</script" in text.lower() or "<!--" in text:
        raise RenderError(f"{path} holds an end of its own tag: a page would cut it there.")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"sha256-{digest}")  # noqa: S704  our own script
