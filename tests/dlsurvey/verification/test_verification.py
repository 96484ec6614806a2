"""Turns PDFs of the sample store, true and altered, into what `dlsurvey verify` says of them."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.survey import find_out
from dlsurvey.cli import cli
from dlsurvey.config import load_config
from dlsurvey.errors import VerificationError
from dlsurvey.render import render_pdf
from dlsurvey.render.results import write_results
from dlsurvey.store import Store
from dlsurvey.verification import check_paper, describe, make_printable, verify
from dlsurvey.verification.paper import Paper, read_paper
from dlsurvey.verification.printed import list_numbers
from tests.conftest import REPOSITORY
from tests.dlsurvey.verification.conftest import save, seal

Alter = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def findings() -> Findings:
    config = load_config(REPOSITORY / "tests" / "sample_store" / "survey.toml", {})
    store = Store(config.store)
    return find_out(config, store, store.list_editions()[-1])


@pytest.fixture(scope="module")
def original(findings: Findings) -> bytes:
    return write_results(findings)


@pytest.fixture(scope="module")
def true_pdf(findings: Findings, original: bytes) -> bytes:
    return render_pdf(findings, (), {"results.json": original})


@pytest.fixture(scope="module")
def paper(true_pdf: bytes, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return read_paper(save(tmp_path_factory.mktemp("paper"), true_pdf))


def make_paper(folder: Path, attached: Mapping[str, str], size: str = "A4") -> Path:
    """A small tagged PDF with whatever attachments."""
    import weasyprint

    html = f"<html lang=en><title>x</title><style>@page{{size:{size}}}</style><h1>T</h1><h2>1 A</h2><p>7"
    attachments = [weasyprint.Attachment(string=text, name=name) for name, text in attached.items()]
    document = weasyprint.HTML(string=html)
    return save(folder, document.write_pdf(pdf_variant="pdf/ua-1", attachments=attachments))


def run(path: Path) -> Result:
    return CliRunner().invoke(cli, ["verify", str(path)])


def alter_member(findings: Findings, **changes: object) -> Findings:
    """The same findings but for one framework's numbers."""
    (workload,) = findings.workloads
    members = (replace(workload.members[0], **changes), *workload.members[1:])
    return replace(findings, workloads=(replace(workload, members=members),))


def test_a_true_report_agrees(tmp_path: Path, true_pdf: bytes) -> None:
    answer = run(save(tmp_path, true_pdf))
    assert answer.exit_code == 0, answer.output
    assert "numbers agree" in answer.output
    assert "No manifest.json is attached" in answer.output
    verification = verify(tmp_path / "report.pdf")
    assert verification.differences == ()
    assert verification.printed.numbers > 150
    assert verification.attached.numbers > 150


def test_a_number_altered_in_print_is_named(
    tmp_path: Path, findings: Findings, original: bytes
) -> None:
    member = findings.workloads[0].members[0]
    spread = replace(member.test_accuracy, mean=0.9987)
    altered = alter_member(findings, test_accuracy=spread)
    answer = run(save(tmp_path, render_pdf(altered, (), seal(findings, original))))
    assert answer.exit_code == 1
    (line, _) = answer.output.splitlines()
    assert "Accuracy and loss on the test images" in line
    assert f"row '{member.title}" in line
    assert "column 'Test accuracy'" in line
    assert "here 99.87, recomputed" in line
    assert f"{100 * member.test_accuracy.mean:.2f}" in line
    assert "one number differs" in answer.output


def test_a_verdict_and_its_sentence_altered_in_print_are_named(
    tmp_path: Path, findings: Findings, original: bytes
) -> None:
    (workload,) = findings.workloads
    first = workload.comparisons[0]
    forged = replace(
        first,
        verdict="a_higher" if first.verdict != "a_higher" else "b_higher",
        sentence=first.sentence.replace("%", "points", 1),
    )
    altered = replace(
        findings,
        workloads=(replace(workload, comparisons=(forged, *workload.comparisons[1:])),),
    )
    answer = run(save(tmp_path, render_pdf(altered, (), {"results.json": original})))
    assert answer.exit_code == 1
    assert "column 'Verdict'" in answer.output
    assert "the sentence" in answer.output


def test_a_claim_altered_in_print_is_named(
    tmp_path: Path, findings: Findings, original: bytes
) -> None:
    forged = replace(findings.claims[0], then="98.7 %")
    altered = replace(findings, claims=(forged, *findings.claims[1:]))
    verification = verify(save(tmp_path, render_pdf(altered, (), {"results.json": original})))
    assert verification.differences
    assert all("Claims of older surveys" in one.where for one in verification.differences)


def test_a_row_left_out_in_print_is_named(
    tmp_path: Path, findings: Findings, original: bytes
) -> None:
    altered = replace(findings, gaps=findings.gaps[1:])
    verification = verify(save(tmp_path, render_pdf(altered, (), {"results.json": original})))
    assert any("What is missing" in one.where for one in verification.differences)


def set_member(results: dict[str, Any]) -> None:
    results["members"][0]["epoch_seconds"]["mean"] *= 0.9


def set_verdict(results: dict[str, Any]) -> None:
    results["verdicts"][0]["verdict"] = "b_higher"


def set_effect(results: dict[str, Any]) -> None:
    results["comparisons"][-1]["effect"] += 1


def set_margin(results: dict[str, Any]) -> None:
    for one in (*results["comparisons"], *results["verdicts"]):
        one["margin"] *= 3


def set_trial(results: dict[str, Any]) -> None:
    results["trials"][0]["metrics"]["test_accuracy"] -= 0.02


def drop_trial(results: dict[str, Any]) -> None:
    del results["trials"][0]


def set_signal(results: dict[str, Any]) -> None:
    results["signals"][0]["series"][-1]["value"] += 12345


def set_claim(results: dict[str, Any]) -> None:
    results["claims"][0]["verdict"] = "not_testable"


def set_count(results: dict[str, Any]) -> None:
    results["code"]["counts"][0]["tokens"] += 111


def set_machine(results: dict[str, Any]) -> None:
    results["edition"]["environment"]["memory_bytes"] *= 2


@pytest.mark.parametrize(
    ("alter", "where"),
    [
        (set_claim, "results.json › claims"),
        (set_count, "table 'The listings"),
        (set_machine, "table 'The machine"),
        (set_member, "results.json › members"),
        (set_verdict, "results.json › verdicts"),
        (set_effect, "results.json › comparisons"),
        (set_margin, "margin"),
        (set_trial, "results.json › members"),
        (set_trial, "table 'Accuracy and loss"),
        (drop_trial, "results.json › members"),
        (set_signal, "the sentence"),
    ],
)
def test_a_number_altered_in_the_attachment_is_named(
    paper: Paper, original: bytes, alter: Alter, where: str
) -> None:
    results = json.loads(original)
    alter(results)
    verification = check_paper(paper._replace(results=json.dumps(results).encode()))
    assert any(where in one.where or where in one.given for one in verification.differences)


def test_an_altered_attachment_is_read_from_the_pdf(
    tmp_path: Path, findings: Findings, original: bytes
) -> None:
    results = json.loads(original)
    set_member(results)
    attached = {"results.json": json.dumps(results).encode()}
    answer = run(save(tmp_path, render_pdf(findings, (), attached)))
    assert answer.exit_code == 1
    assert "results.json › members › mnist-cnn, tensorflow" in answer.output
    assert "› epoch_seconds › mean: here" in answer.output


@pytest.mark.parametrize("key", ["comparisons", "verdicts", "members", "ledger", "claims"])
def test_a_key_that_is_missing_is_named(paper: Paper, original: bytes, key: str) -> None:
    found = check_paper(paper._replace(results=leave_out(original, key))).differences
    assert (f"results.json › {key}", "no such key") in [(one.where, one.given) for one in found]


def test_what_an_older_edition_could_not_tell_is_not_missing(paper: Paper, original: bytes) -> None:
    assert check_paper(paper._replace(results=leave_out(original, "studies"))).differences == ()


def leave_out(original: bytes, key: str) -> bytes:
    results = json.loads(original)
    del results[key]
    return json.dumps(results).encode()


def set_spec(results: dict[str, Any]) -> None:
    results["trials"][0]["spec"]["epochs"] += 1


def set_dataset(results: dict[str, Any]) -> None:
    results["edition"]["datasets"] = []


def set_accuracy(results: dict[str, Any]) -> None:
    results["trials"][0]["metrics"]["test_accuracy"] = 7


def set_epochs(results: dict[str, Any]) -> None:
    results["trials"][0]["metrics"]["epoch_seconds"] = []


def set_schema(results: dict[str, Any]) -> None:
    results["schema"] = 99


def set_check(results: dict[str, Any]) -> None:
    results["parity"] = [{"pair": ["a", "b"]}]


@pytest.mark.parametrize(
    ("alter", "why"),
    [
        (set_spec, "was altered: its settings belong to"),
        (set_dataset, "names images that are not listed"),
        (set_accuracy, "A trial in the attached results.json is damaged"),
        (set_epochs, "has no epochs"),
        (set_schema, "has schema 99"),
        (set_check, "A parity check"),
    ],
)
def test_data_that_cannot_be_analysed_are_explained(
    paper: Paper, original: bytes, alter: Alter, why: str
) -> None:
    results = json.loads(original)
    alter(results)
    with pytest.raises(VerificationError, match=why):
        check_paper(paper._replace(results=json.dumps(results).encode()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        '{"schema": 1, "edition": 7, "trials": []}',
        "[" * 100_000,
        '{"schema": 1e999}',
    ],
)
def test_an_attachment_of_anything_is_explained(tmp_path: Path, text: str) -> None:
    with pytest.raises(VerificationError, match=r"damaged or not of dlsurvey"):
        verify(make_paper(tmp_path, {"results.json": text}))


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"%PDF-1.7\n" + bytes(range(256)) * 40, b"%PDF-1.7\n%%EOF"]
)
def test_what_is_no_pdf_is_explained(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(VerificationError, match="cannot be read as a PDF"):
        verify(save(tmp_path, content))


def test_a_pdf_without_data_is_explained(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match=r"no results.json attached"):
        verify(make_paper(tmp_path, {"other.json": "{}"}))


def test_a_report_without_a_chapter_to_check_is_explained(tmp_path: Path, original: bytes) -> None:
    with pytest.raises(VerificationError, match="no chapter that could be checked"):
        verify(make_paper(tmp_path, {"results.json": original.decode()}))


def test_a_sentence_tells_what_is_wrong_and_the_exit_code_is_one(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "dlsurvey", "verify", str(save(tmp_path, b"garbage"))],
        capture_output=True, text=True, check=False, cwd=REPOSITORY,
    )  # fmt: skip
    assert answer.returncode == 1
    assert answer.stderr.startswith("dlsurvey: ")
    assert "cannot be read as a PDF" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_altered_conclusion_is_named(
    tmp_path: Path, findings: Findings, original: bytes
) -> None:
    first, *others = findings.conclusions
    number = list_numbers(first)[0]
    altered = replace(findings, conclusions=(first.replace(number, "12.3", 1), *others))
    verification = verify(save(tmp_path, render_pdf(altered, (), {"results.json": original})))
    assert {one.given for one in verification.differences} == {"12.3"}
    assert {one.recomputed for one in verification.differences} == {number}


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere.pdf").exit_code == 2
    assert run(tmp_path).exit_code == 2


def test_no_damage_makes_it_crash(tmp_path: Path, original: bytes) -> None:
    whole = make_paper(tmp_path, {"results.json": original[:2000].decode()}).read_bytes()
    source = random.Random(7)
    for number in range(60):
        damaged = bytearray(whole)
        if number % 3 == 0:
            del damaged[source.randrange(len(damaged)) :]
        for _ in range(1 + number % 20):
            if damaged:
                damaged[source.randrange(len(damaged))] = source.randrange(256)
        path = save(tmp_path, bytes(damaged))
        try:
            read_paper(path)
        except VerificationError as error:
            assert str(error)  # noqa: PT017  either outcome is right


def test_an_attachment_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """Some hundred kilobytes in the file, 200 MB unpacked."""
    path = make_paper(tmp_path, {"results.json": "x" * 200_000_000})
    assert path.stat().st_size < 1_000_000
    with pytest.raises(VerificationError, match=r"cannot be read as a PDF|too large"):
        verify(path)


def test_tags_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=make_paper(tmp_path, {"results.json": "{}"}))
    tags: Any = writer.root_object["/StructTreeRoot"]
    tags[pypdf.generic.NameObject("/K")] = pypdf.generic.ArrayObject([tags.indirect_reference] * 2)
    with (tmp_path / "circle.pdf").open("wb") as stream:
        writer.write(stream)
    with pytest.raises(VerificationError, match="nested too deeply"):
        verify(tmp_path / "circle.pdf")


@pytest.mark.parametrize("place", ["/Kids", "/Parent", "/Names"])
def test_pages_and_names_that_lead_in_a_circle_are_refused(tmp_path: Path, place: str) -> None:
    writer = pypdf.PdfWriter(clone_from=make_paper(tmp_path, {"results.json": "{}"}))
    pages: Any = writer.root_object["/Pages"]
    all_names: Any = writer.root_object["/Names"]
    name = pypdf.generic.NameObject(place)
    if place == "/Names":
        tree: Any = writer._add_object(all_names["/EmbeddedFiles"])
        circle = pypdf.generic.ArrayObject([tree] * 2)
        tree.get_object()[pypdf.generic.NameObject("/Kids")] = circle
        all_names[pypdf.generic.NameObject("/EmbeddedFiles")] = tree
    else:
        itself = pages.indirect_reference
        pages[name] = pypdf.generic.ArrayObject([itself] * 2) if place == "/Kids" else itself
    with (tmp_path / "circle.pdf").open("wb") as stream:
        writer.write(stream)
    started = time.monotonic()
    with pytest.raises(VerificationError):
        verify(tmp_path / "circle.pdf")
    assert time.monotonic() - started < 20


def test_lines_from_a_strange_file_cannot_drive_the_terminal() -> None:
    line = make_printable("a\x1b[31mb\u202ec\nd" + "x" * 9999)
    assert line.startswith("a␛[31mb\ufffdc d")
    assert len(line) < 700


def test_many_differences_are_counted(paper: Paper, original: bytes) -> None:
    results = json.loads(original)
    for trial in results["trials"]:
        trial["metrics"]["epoch_seconds"] = [2 * one for one in trial["metrics"]["epoch_seconds"]]
    results["edition"]["versions"]["dlsurvey"] = "0.0.9"
    lines = describe(check_paper(paper._replace(results=json.dumps(results).encode())))
    assert len(lines) == 24
    assert lines[20].endswith("more.")
    assert "Written by dlsurvey 0.0.9" in lines[22]
