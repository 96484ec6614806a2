"""Turns a figure's SVG into markup that stands inside the page."""

import re

from markupsafe import Markup

from dlsurvey.figures import Figure

_TITLE = re.compile(r"\n <title>.*?</title>", re.DOTALL)


def inline_screen(figure: Figure) -> Markup:
    """For browsers: the alternative text as a label, since a title would pop up over the chart."""
    without = _TITLE.sub("", figure.svg, count=1)
    label = Markup('<svg aria-label="{}"').format(figure.alt)
    return Markup(without.replace("<svg", str(label), 1))  # noqa: S704 -- drawn here, not read


def inline_print(figure: Figure) -> Markup:
    """For the PDF, whose tags take the alternative text from the title inside the SVG."""
    return Markup(figure.svg)  # noqa: S704 -- drawn here, not read
