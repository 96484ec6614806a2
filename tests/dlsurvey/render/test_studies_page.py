"""Sizes, limits and first contacts are printed as they were found, in every shape, or not at all."""

import io
import json

import pypdf
import pytest
from markupsafe import escape
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.sizes import StudyFindings
from dlsurvey.analysis.studies import Measured, assess_studies
from dlsurvey.analysis.survey import find_out
from dlsurvey.config import load_config
from dlsurvey.errors import VerificationError
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.render import render_html, render_pdf
from dlsurvey.render.results import write_results
from dlsurvey.render.slides import render_slides
from dlsurvey.settings import Margins
from dlsurvey.store import Store
from dlsurvey.verification import check_paper
from dlsurvey.verification.paper import Paper, read_paper
from tests.conftest import REPOSITORY
from tests.dlsurvey.render.sample import make_findings
from tests.dlsurvey.study_samples import make_contacts, make_products, make_studies, make_sweeps
from tests.experiments.samples import DATASET

KEYS = {
    "mnist-cnn-scale-batch-size", "mnist-cnn-scale-threads", "limit",
    "contact-imports", "contact-first-batch",
}  # fmt: skip


@pytest.fixture(scope="module")
def studied() -> Findings:
    return make_findings(studies=make_studies())


@pytest.fixture(scope="module")
def drawn(studied: Findings) -> tuple[Figure, ...]:
    return draw_figures(studied)


def list_sentences(studies: StudyFindings) -> list[str]:
    assert studies.scale is not None
    assert studies.limit is not None
    assert studies.contact is not None
    return [
        *(sentence for axis in studies.scale.axes for sentence in axis.sentences),
        *studies.limit.sentences,
        *studies.contact.sentences,
    ]


def test_every_figure_has_a_table_marks_and_words(drawn: tuple[Figure, ...]) -> None:
    found = {figure.key: figure for figure in drawn if figure.key in KEYS}
    assert set(found) == KEYS
    for figure in found.values():
        assert figure.table.rows
        assert figure.marks
        assert figure.alt
        assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)
    runs = found["mnist-cnn-scale-batch-size"].table.rows
    assert len(runs) == 2 * 4 * 4  # frameworks, batch sizes, seeds


def test_the_page_prints_every_sentence_and_error(
    studied: Findings, drawn: tuple[Figure, ...]
) -> None:
    page = render_html(studied, drawn)
    for sentence in list_sentences(studied.studies):
        assert str(escape(sentence)) in page
    assert "No matching distribution found for torch==1.0" in page
    assert "MNIST CNN at other sizes" in page
    assert page.count('data-series="1"') > 10


def test_an_edition_without_them_prints_nothing_of_them() -> None:
    findings = make_findings()
    figures = draw_figures(findings)
    assert not KEYS & {figure.key for figure in figures}
    page = render_html(findings, figures)
    for words in ("other-sizes", "Against the limit", "First contact"):
        assert words not in page


def test_slides_show_each_of_them(studied: Findings, drawn: tuple[Figure, ...]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_slides(studied, drawn)))
    text = " ".join(page.extract_text() for page in reader.pages)
    for heading in ("Batch size: MNIST CNN", "Against the limit", "First contact"):
        assert heading in text


def test_an_error_from_outside_stays_text(studied: Findings) -> None:
    contact = studied.studies.contact
    assert contact is not None
    record = contact.record
    evil = replace(record.contacts[0], error="<script>alert(1)</script>")
    changed = replace(contact, record=replace(record, contacts=(evil, *record.contacts[1:])))
    findings = replace(studied, studies=replace(studied.studies, contact=changed))
    assert "<script>alert(1)" not in render_html(findings, draw_figures(findings))


@pytest.fixture(scope="module")
def true_edition() -> Findings:
    """The sample store's edition, with studies as if it had measured them."""
    config = load_config(REPOSITORY / "tests" / "sample_store" / "survey.toml", {})
    store = Store(config.store)
    findings = find_out(config, store, store.list_editions()[-1])
    edition = replace(findings.edition, datasets=(*findings.edition.datasets, DATASET))
    environment = findings.trials[0].environment
    threads = findings.trials[0].spec.threads
    measured = Measured(
        make_contacts(), make_products(environment=environment, threads=threads), make_sweeps()
    )
    studies = assess_studies(
        measured,
        findings.workloads,
        findings.trials,
        edition.datasets,
        Margins(),
        edition.parity,
    )
    assert studies.limit is not None
    assert studies.limit.attained
    return replace(findings, edition=edition, studies=studies)


@pytest.fixture(scope="module")
def paper(true_edition: Findings, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    path = tmp_path_factory.mktemp("paper") / "report.pdf"
    results = write_results(true_edition)
    path.write_bytes(render_pdf(true_edition, (), {"results.json": results}))
    return read_paper(path)


def test_a_printed_edition_is_verified(paper: Paper) -> None:
    assert check_paper(paper).differences == ()


def test_an_altered_verdict_and_share_are_found(paper: Paper) -> None:
    altered = json.loads(paper.results)
    altered["studies"]["limit"]["attained"][0]["share"] *= 2
    altered["studies"]["scale"]["axes"][0]["ratios"][0]["comparison"]["verdict"] = "b_higher"
    found = check_paper(paper._replace(results=json.dumps(altered).encode())).differences
    places = " ".join(one.where for one in found)
    assert "share" in places
    assert "verdict" in places


def test_changed_evidence_contradicts_what_is_printed(paper: Paper) -> None:
    altered = json.loads(paper.results)
    for trial in altered["studies"]["scale"]["trials"]:
        trial["metrics"]["peak_memory_bytes"] *= 2
    found = check_paper(paper._replace(results=json.dumps(altered).encode())).differences
    assert any("comparison" in one.where.lower() for one in found)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"dataset_sha256": "e" * 64}, "names images"), ({}, "without epochs")],
    ids=["foreign images", "no epochs"],
)
def test_sweeps_that_cannot_be_computed_are_refused(
    paper: Paper, change: dict[str, str], words: str
) -> None:
    altered = json.loads(paper.results)
    trial = altered["studies"]["scale"]["trials"][0]
    trial["spec"] |= change
    if not change:
        trial["metrics"]["epoch_seconds"] = []
    with pytest.raises(VerificationError, match=words):
        check_paper(paper._replace(results=json.dumps(altered).encode()))
