"""Turns this machine into a list of what some tests need and do not find here."""

import shutil
from importlib.util import find_spec

from dlsurvey import prerequisites
from dlsurvey.fonts import find_korean

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = f"no browser is installed: none of {', '.join(BROWSERS)}"
NO_FONT = "no font with Korean letters is installed: pip install -e '.[korean]'"
PACKAGES = {"playwright": "playwright", "axe_playwright_python": "axe-playwright-python"}


def find_browser() -> str | None:
    """The browser of the system; Playwright's own would have to be downloaded."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def list_missing() -> list[str]:
    """One sentence for each thing without which tests would be skipped."""
    missing = prerequisites.find_missing()
    if find_browser() is None:
        missing.append(NO_BROWSER)
    missing += [
        f"no {title} is installed: pip install -e '.[test]'"
        for name, title in PACKAGES.items()
        if find_spec(name) is None
    ]
    return [*missing, NO_FONT] if find_korean() is None else missing
