"""Turns findings into an edition's folder, which is there as a whole or not at all."""

import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Literal

from dlsurvey.analysis.findings import Findings
from dlsurvey.errors import RenderError
from dlsurvey.figures import Figure
from dlsurvey.files import explaining, show_to_all, sync_file
from dlsurvey.notebooks import write_notebooks
from dlsurvey.records import SCHEMA, to_json
from dlsurvey.render.attachments import MANIFEST, RESULTS
from dlsurvey.render.bibliography import BIBLIOGRAPHY, find_cited, write_bibliography
from dlsurvey.render.html import render_html
from dlsurvey.render.pages import Own, compose_page
from dlsurvey.render.press import Press
from dlsurvey.render.references import read_references
from dlsurvey.render.results import write_results
from dlsurvey.render.tables import write_csv

Format = Literal["html", "pdf", "slides"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "slides")


def write_edition(
    findings: Findings,
    folder: Path,
    formats: Iterable[Format] = FORMATS,
    own: Own | None = None,
    press: Press | None = None,
) -> tuple[Path, ...]:
    """Write the edition into `folder`, replacing what was there; gives back the files written.

    `press` is one that was started for the same formats, which then is warm; the caller ends it.
    Everything is written beside `folder` first and renamed into place at the end.
    Raises RenderError where the disk is full or the place may not be written.
    """
    files = render_files(findings, formats, own, press)
    with explaining(RenderError, f"write the edition to {folder}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, content in files.items():
                _write_file(draft / name, content)
            _write_file(draft / MANIFEST, write_manifest(findings, files))
            show_to_all(draft, 0o755)
            _replace(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return tuple(folder / name for name in (*files, MANIFEST))


def render_files(
    findings: Findings,
    formats: Iterable[Format],
    own: Own | None = None,
    press: Press | None = None,
) -> dict[str, bytes]:
    """The content of every file but the manifest, by its path inside the edition."""
    wanted = tuple(formats)
    for name in wanted:
        if name not in FORMATS:
            raise RenderError(
                f"The report cannot be written as '{name}': choose from {', '.join(FORMATS)}."
            )
    with nullcontext(press) if press is not None else Press(wanted) as running:
        return running.complete(make_rest, findings, running.draw(findings), own)


def make_rest(
    findings: Findings, figures: Sequence[Figure], wanted: Collection[Format], own: Own | None
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Every file but the papers and the manifest, and what is attached to the papers."""
    # Which works are cited follows from the text; figures cite nothing.
    page = (
        render_html(findings, figures, own)
        if "html" in wanted
        else compose_page(findings, (), "print", own)
    )
    cited = find_cited(page, read_references())
    files = {"report.html": page.encode()} if "html" in wanted else {}
    files |= {f"figures/{figure.key}.svg": figure.svg.encode() for figure in figures}
    files |= {f"tables/{figure.key}.csv": write_csv(figure.table).encode() for figure in figures}
    files[RESULTS] = write_results(findings, figures, own)
    files[BIBLIOGRAPHY] = write_bibliography(cited, findings.edition.id)
    files |= write_notebooks(findings)
    return files, {RESULTS: files[RESULTS], MANIFEST: write_manifest(findings, files)}


def write_manifest(findings: Findings, files: dict[str, bytes]) -> bytes:
    """Every file of the edition with its size and SHA-256."""
    return to_json(
        {
            "schema": SCHEMA,
            "edition": findings.edition.id,
            "created_at": findings.created_at,
            "files": [
                {
                    "path": name,
                    "bytes": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
                for name, content in sorted(files.items())
            ],
        },
        indent=2,
    )


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        sync_file(stream.fileno())


def _replace(draft: Path, folder: Path) -> None:
    """Put `draft` in the place of `folder`, which has to step aside first if it is there."""
    if not folder.exists():
        draft.rename(folder)
        return
    old = draft.with_name(f"{draft.name}-old")
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    if old.is_symlink():
        old.unlink()  # what it leads to is not ours
    shutil.rmtree(old, ignore_errors=True)
