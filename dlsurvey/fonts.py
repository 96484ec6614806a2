"""Turns what is to be set in type into the files of the fonts that have its letters.

Matplotlib ships the letters of Europe, the extra `korean` those of Korea. Nothing is looked for on
another machine.
"""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from dlsurvey.errors import MissingDependency, RenderError
from dlsurvey.language import spoken

KOREAN_FAMILY = "NanumGothic"
KOREAN_FILES = {"normal": "NanumGothic.ttf", "bold": "NanumGothicBold.ttf"}
KOREAN_PACKAGE = "koreanize_matplotlib"
"""Carries the files. It is not imported: that would change Matplotlib's settings."""
INSTALLED = (
    "NanumGothic", "Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "AppleGothic",
    "Malgun Gothic", "UnDotum", "Baekmuk Dotum",
)  # fmt: skip
"""Families with Hangul that a system may have."""
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def read_font(name: str) -> bytes:
    """One font file of Matplotlib or of the extra, so that a PDF looks the same on every machine."""
    path = find_font(name)
    try:
        return path.read_bytes()
    except OSError as error:
        owner = "koreanize-matplotlib" if name in KOREAN_FILES.values() else "matplotlib"
        raise RenderError(
            f"The font {name} is missing from {owner} ({error.strerror}): reinstall it."
        ) from error


def find_font(name: str) -> Path:
    """Where the file should be; whether it is there is another question."""
    if name in KOREAN_FILES.values():
        folder = find_korean()
        if folder is not None:
            return folder / name
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / Path(name).name


def find_korean() -> Path | None:
    """The folder of the extra's fonts; None where it is not installed."""
    spec = find_spec(KOREAN_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) / "fonts" if places else None


def add_faces(page: str) -> str:
    """The page for print, with the extra's fonts where it holds Hangul.

    Raises MissingDependency where the report is Korean and nothing here has its letters.
    """
    if not HANGUL.search(page):
        return page
    if find_korean() is None:
        if spoken() == "ko" and not list_installed():
            raise MissingDependency(
                "No font on this machine has Hangul, which a PDF in Korean needs: pip install"
                " 'dlsurvey[korean]', or leave pdf and slides out of --format."
            )
        return page
    faces = "".join(
        f'@font-face {{ font-family: "{KOREAN_FAMILY}"; font-weight: {weight};'
        f" src: url(font:{name}); }}\n"
        for weight, name in KOREAN_FILES.items()
    )
    return page.replace("<style>", f"<style>\n{faces}", 1)


@lru_cache
def list_installed() -> tuple[str, ...]:
    """Families with Hangul that Matplotlib finds on this system."""
    from matplotlib import font_manager

    present = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in INSTALLED if name in present)


@lru_cache
def list_families() -> tuple[str, ...]:
    """What Matplotlib is to measure with in Korean, the first choice first."""
    from matplotlib import font_manager

    folder = find_korean()
    if folder is None:
        return ("DejaVu Sans", *list_installed()[:1])
    for name in KOREAN_FILES.values():
        font_manager.fontManager.addfont(folder / name)
    return ("DejaVu Sans", KOREAN_FAMILY)
