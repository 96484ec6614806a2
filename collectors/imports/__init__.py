"""Turns the kinds of files that people bring into one ordered registry of importers.

Importing it loads no library that reads dumps; an importer does, when something is imported.
"""

from collectors.imports.base import Importer
from collectors.imports.github_stars import GithubStars
from collectors.imports.google_trends import GoogleTrendsExport
from collectors.imports.papers_with_code import PapersWithCodeDump
from collectors.imports.tidy import Tidy

IMPORTERS: tuple[Importer, ...] = (
    GoogleTrendsExport(),
    GithubStars(),
    PapersWithCodeDump(),
    Tidy(),
)
