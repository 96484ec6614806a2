"""Turns the paths of this machine in a text into paths that name neither its user nor its folders.

What failed often says where: an error of a framework, a folder of images without a class. Records
are printed in editions and committed, and read where these folders are not.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path


def hide_paths(content: bytes, survey: Path) -> bytes:
    """JSON with the survey's folder left out of paths, the home folder as ~, and so on."""
    text = content.decode()
    for path, name in _list_folders(survey):
        written = re.escape(json.dumps(path, ensure_ascii=False)[1:-1])
        text = re.sub(rf"{written}(/|\\\\)", rf"{name}\1" if name else "", text)
        text = re.sub(rf"{written}(?![\w.-])", name or ".", text)
    return text.encode()


def _list_folders(survey: Path) -> list[tuple[str, str]]:
    """Each with what is written instead, the longest first: one may stand in another."""
    folders = {
        os.path.expanduser("~"): "~",
        str(survey.absolute()): "",
        tempfile.gettempdir(): "<temporary>",
        str(Path(__file__).parents[1]): "<dlsurvey>",
    }
    if sys.prefix != sys.base_prefix:
        folders.setdefault(sys.prefix, "<python>")
    folders |= {os.path.realpath(path): name for path, name in folders.items()}
    # What says nothing, as /tmp or the / of a container's user, would be found everywhere.
    telling = {
        path: name
        for path, name in folders.items()
        if len(Path(path).parts) > (1 if name == "~" else 2)
    }
    return sorted(telling.items(), key=lambda pair: -len(pair[0]))
