"""Turns a name into whether the report has a place for it, and links that lead nowhere into their text."""

import logging
import re
from collections.abc import Collection

from markupsafe import Markup

PARTS = re.compile(
    r"brief|main|limit|first-contact|other-sizes|deployment-measured|graphs-measured"
    r"|deep-learning-trend|frameworks-(?:cards|features|inside)"
    r"|changes-evidence|code-(?:alike|gradient|length)|data-(?:cnn|scores)"
    r"|references-data|(?:changes|code|comparison|data|data-source|trends)-\d+|(?:claim|ref)-.+"
)
"""The places of the report below its chapters: what a template gives an `id`.

Which of them an edition has follows from its data.
"""
RESERVED = re.compile(rf"{PARTS.pattern}|contents|cover|slide-.*")
"""What cannot name a section: two places would have one name."""

_OWN = re.compile(r'<section class="own">.*?</section>', re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
_LINK = re.compile(r'<a href="#([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)

logger = logging.getLogger(__name__)


def settle_links(page: str) -> str:
    """The page, in the user's sections only with links to what is on it."""
    present = frozenset(_ID.findall(page))
    return _OWN.sub(lambda own: unlink(own.group(), present), page)


def unlink(html: str, present: Collection[str]) -> Markup:
    """The text of links to places that are not there, in place of them.

    `html` was made from Markdown: no link stands in another, and no text of a user ends one.
    """

    def settle(link: re.Match[str]) -> str:
        if link[1] in present:
            return link[0]
        if PARTS.fullmatch(link[1]):
            logger.info("A section leads to #%s, which is not there: it stays text.", link[1])
        return link[2]

    return Markup(_LINK.sub(settle, html))  # noqa: S704  escaped where the Markdown was rendered
