"""Turns files of an edition into attachments of its PDF, the same bytes each time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

RESULTS = "results.json"
MANIFEST = "manifest.json"
DESCRIPTIONS = {
    RESULTS: "The trials and signals that this report stands on, and what was computed from them",
    MANIFEST: "The other files of this edition with their SHA-256",
}


def make_attachments(
    files: Mapping[str, bytes], created_at: datetime, url_fetcher: Any
) -> list[Any]:
    """One attachment for each text file, dated as the edition; `associate` says what they are to it."""
    import weasyprint  # late: it loads Pango

    return [
        weasyprint.Attachment(
            string=content.decode(),
            name=name,
            description=DESCRIPTIONS.get(name, name),
            created=created_at,
            modified=created_at,
            url_fetcher=url_fetcher,
        )
        for name, content in sorted(files.items())
    ]


def associate(_document: Any, pdf: Any) -> None:
    """Make the attachments associated files of the document, which tells readers what they are.

    A finisher of WeasyPrint: by itself it writes the relationship into PDF/A only.
    """
    import pydyf

    files = [
        one
        for one in pdf.objects
        if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/Filespec"
    ]
    for file in files:
        file["AFRelationship"] = "/Data"
    if files:
        pdf.catalog["AF"] = pydyf.Array([file.reference for file in files])
