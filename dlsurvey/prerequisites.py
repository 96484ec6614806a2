"""Turns this machine into a list of what it lacks before anything can be installed.

Needs nothing but Python's own library: the Makefile runs it before it makes an
environment (`python3 dlsurvey/prerequisites.py`), `dlsurvey doctor` calls it later.
"""

import ctypes.util
import importlib.util
import sys

OLDEST_PYTHON = (3, 11)
FIRST_PYTHON_WITHOUT_TENSORFLOW = (3, 14)
PANGO_LIBRARIES = {
    "linux": ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0"),
    "darwin": ("libpango-1.0.dylib", "libpangoft2-1.0.dylib", "libharfbuzz.dylib"),
    "win32": ("libpango-1.0-0.dll", "libpangoft2-1.0-0.dll", "libharfbuzz-0.dll"),
}
"""The libraries that WeasyPrint loads, by `sys.platform`."""
PANGO_PACKAGES = (
    "Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b;"
    " Fedora: dnf install pango; Arch: pacman -S pango; macOS: brew install pango;"
    " Windows: MSYS2, pacman -S mingw-w64-x86_64-pango"
)


def find_missing() -> list[str]:
    """One sentence for each thing that is missing, with what brings it; empty if all is there."""
    missing = []
    if sys.version_info < OLDEST_PYTHON:
        missing.append(
            f"Python {sys.version_info.major}.{sys.version_info.minor} is too old: dlsurvey needs"
            f" {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer. Install one and name it:"
            " make report PYTHON=python3.13"
        )
    if importlib.util.find_spec("ensurepip") is None:
        missing.append(
            "Python's venv cannot install pip. Debian and Ubuntu: apt install python3-venv"
        )
    wanted = PANGO_LIBRARIES.get(sys.platform, PANGO_LIBRARIES["linux"])
    libraries = [name for name in wanted if not _is_loadable(name)]
    if libraries:
        missing.append(
            f"Pango, which sets the PDF, is missing ({', '.join(libraries)}). {PANGO_PACKAGES}"
        )
    return missing


def find_warnings() -> list[str]:
    """One sentence for each thing that works, but not fully."""
    if sys.version_info >= FIRST_PYTHON_WITHOUT_TENSORFLOW:
        return [
            f"TensorFlow has no build for Python {sys.version_info.major}.{sys.version_info.minor}:"
            " it will be left out of the comparison. With another one: make report"
            " PYTHON=python3.13"
        ]
    return []


def _is_loadable(file_name: str) -> bool:
    bare = file_name.removeprefix("lib").partition(".so")[0].removesuffix(".dylib")
    for candidate in (file_name, ctypes.util.find_library(bare)):
        if candidate:
            try:
                ctypes.CDLL(candidate)
            except OSError:
                continue
            return True
    return False


def main() -> int:
    """Print what is missing; 1 if anything is."""
    for sentence in find_warnings():
        print(f"Note: {sentence}", file=sys.stderr)
    missing = find_missing()
    for sentence in missing:
        print(f"Missing: {sentence}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
