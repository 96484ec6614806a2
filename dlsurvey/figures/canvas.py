"""Turns a Matplotlib figure into small, deterministic SVG that can stand inside a page."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from dlsurvey.characters import show_controls
from dlsurvey.figures.style import FONT_STACK, RC
from dlsurvey.fonts import list_families
from dlsurvey.language import spoken

FULL_WIDTH = 6.6
"""Inches; as wide as the text of the A4 report, so that type keeps its size."""

_FONT = re.compile(r"font: (?:(bold|italic|\d{3}) )?([\d.]+)px [^;\"]+")
_STYLE = re.compile(r' style="([^"]+)"')
_ID = re.compile(r' id="([^"]+)"')
SERIES_ID = "series-"
"""Artists whose gid begins so belong to a series; several may, so it becomes an attribute."""

_USED = re.compile(r"(?:url\(#|href=\"#)([^)\"]+)")


@contextmanager
def drawing() -> Iterator[None]:
    """The style of all figures, without a word about letters that only the reader's fonts have."""
    fonts = {"font.family": list_families()} if spoken() == "ko" else {}
    with mpl.rc_context(RC | fonts), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield


def make_canvas(width: float, height: float) -> Canvas:
    """A figure that is closed by being forgotten: pyplot keeps none of it."""
    return Canvas(figsize=(width, height), layout="constrained")


def write_svg(canvas: Canvas, key: str, alt: str) -> str:
    """SVG of `canvas`; the same drawing gives the same bytes on every run."""
    stream = io.StringIO()
    # The key as salt keeps the ids of two figures apart when both stand in one page.
    with mpl.rc_context({"svg.hashsalt": key}):
        canvas.savefig(
            stream,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return show_controls(_clean(stream.getvalue(), alt))


def _clean(svg: str, alt: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<style type=\"text/css\">.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("<defs>\n  \n </defs>", "")
    used = set(_USED.findall(svg))
    svg = svg.replace(f' id="{SERIES_ID}', ' data-series="')
    svg = _ID.sub(lambda match: match[0] if match[1] in used else "", svg)
    # WeasyPrint reads the long form of `font` only, and takes the styles of inline drawings for
    # those of HTML; attributes serve all readers and need no permission from a policy.
    svg = _FONT.sub(_lengthen_font, svg)
    svg = _STYLE.sub(_list_attributes, svg)
    head, rest = svg.split(">", 1)
    head = (
        f'{head} role="img" font-family="{FONT_STACK}"'
        ' stroke-linejoin="round" stroke-linecap="butt">'
    )
    return f"{head}\n <title>{escape(alt)}</title>{rest}".strip() + "\n"


def _lengthen_font(match: re.Match[str]) -> str:
    weight = f"font-weight: {match[1]}; " if match[1] and match[1] != "italic" else ""
    return f"{weight}font-size: {match[2]}px"


def _list_attributes(match: re.Match[str]) -> str:
    pairs = [part.split(":", 1) for part in match[1].split(";") if ":" in part]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
