"""Turns a written edition into the files that its PDF carries, as a reader's software finds them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.render import write_edition
from tests.dlsurvey.render.sample import make_findings, make_trends, make_workload


@pytest.fixture(scope="module")
def small() -> Findings:
    return make_findings(
        workloads=(make_workload(runs=2),), trends=make_trends()[3:], stages=(), cards=()
    )


@pytest.fixture(scope="module")
def folder(small: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "edition"
    write_edition(small, folder)
    return folder


def test_results_and_manifest_are_attached(folder: Path) -> None:
    reader = pypdf.PdfReader(folder / "report.pdf")
    attached = {one.name: one.content for one in reader.attachment_list}
    assert set(attached) == {"results.json", "manifest.json"}
    assert attached["results.json"] == (folder / "results.json").read_bytes()
    listed = {one["path"]: one["sha256"] for one in json.loads(attached["manifest.json"])["files"]}
    assert {"report.html", "results.json", "references.bib"} <= set(listed)
    assert "report.pdf" not in listed
    for path, sha256 in listed.items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == sha256


def test_attachments_are_associated_as_data(folder: Path) -> None:
    reader = pypdf.PdfReader(folder / "report.pdf")
    catalog: Any = reader.trailer["/Root"]
    associated = [one.get_object() for one in catalog["/AF"]]
    assert {one["/UF"] for one in associated} == {"results.json", "manifest.json"}
    assert {one["/AFRelationship"] for one in associated} == {"/Data"}
    assert {one["/EF"]["/F"]["/Subtype"] for one in associated} == {"/application/json"}
    for one in associated:
        assert one["/EF"]["/F"]["/Params"]["/ModDate"] == "D:20261120093000Z"
        assert one["/Desc"]


def test_the_whole_manifest_lists_the_pdf_and_the_same_bytes_come_out_again(
    small: Findings, folder: Path, tmp_path: Path
) -> None:
    listed = {one["path"] for one in json.loads((folder / "manifest.json").read_bytes())["files"]}
    assert {"report.pdf", "references.bib"} <= listed
    write_edition(small, tmp_path / "again")
    for name in ("report.pdf", "references.bib", "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_the_bibliography_does_not_depend_on_the_formats(
    small: Findings, folder: Path, tmp_path: Path
) -> None:
    write_edition(small, tmp_path / "bare", ())
    bare = (tmp_path / "bare" / "references.bib").read_bytes()
    assert bare == (folder / "references.bib").read_bytes()
