"""Turns the name of a style sheet into its text, with what the language of the report adds to it."""

from pathlib import Path

from markupsafe import Markup

from dlsurvey.language import Language, spoken

TEMPLATES = Path(__file__).parents[2] / "templates"
OF_LANGUAGES: dict[Language, str] = {"ko": "korean.css"}
FOLLOWED = ("report.css", "slides.css", "index.css")
"""Style sheets after which those of a language come."""


def read_style(name: str) -> Markup:
    """Not a template: braces and percent signs in CSS are CSS."""
    style = (TEMPLATES / name).read_text(encoding="utf-8")
    if name in FOLLOWED and spoken() in OF_LANGUAGES:
        style += (TEMPLATES / OF_LANGUAGES[spoken()]).read_text(encoding="utf-8")
    return Markup(style)  # noqa: S704  our own style sheet
