"""What a PDF says of the ways out follows from the record attached to it, and altering either shows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.advice import advise
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.deployment import assess_deployments
from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.survey import find_out
from dlsurvey.config import load_config
from dlsurvey.render import render_pdf
from dlsurvey.render.results import write_results
from dlsurvey.store import Store
from dlsurvey.verification import check_paper
from dlsurvey.verification.paper import Paper, read_paper
from tests.conftest import REPOSITORY
from tests.dlsurvey.deployment_samples import FASTER, SLOWER, make_deployment, make_record

RECORD = make_record(FASTER, SLOWER, make_deployment("jax", "onnx"))
SAMPLE = REPOSITORY / "tests" / "sample_store" / "survey.toml"


@pytest.fixture(scope="module")
def findings() -> Findings:
    """The sample edition, as if it stood on the constructed record, too."""
    config = load_config(SAMPLE, {})
    store = Store(config.store)
    plain = find_out(config, store, store.list_editions()[-1])
    deployments = assess_deployments(RECORD)
    claims = find_claims(
        plain.workloads, plain.trends, plain.code, plain.gradients, deployments=deployments
    )
    return replace(
        plain,
        deployments=deployments,
        claims=claims,
        advice=advise(plain.workloads, claims),
    )


@pytest.fixture(scope="module")
def paper(findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    path = tmp_path_factory.mktemp("paper") / "report.pdf"
    path.write_bytes(render_pdf(findings, (), {"results.json": write_results(findings)}))
    return read_paper(path)


def alter(paper: Paper, change: Callable[[dict[str, Any]], None]) -> Paper:
    results = json.loads(paper.results)
    change(results["deployments"])
    return paper._replace(results=json.dumps(results).encode())


def test_a_true_paper_agrees(paper: Paper) -> None:
    found = check_paper(paper)
    assert not found.differences
    assert "From training to use" not in found.unprinted


def set_time(deployments: dict[str, Any]) -> None:
    for run in deployments["record"]["deployments"][1]["runs"]:
        run["image_seconds_median"] /= 2


def set_verdict(deployments: dict[str, Any]) -> None:
    deployments["comparisons"][0]["verdict"] = "a_higher"


def set_answers(deployments: dict[str, Any]) -> None:
    deployments["record"]["deployments"][0]["answers"]["same"] = False


@pytest.mark.parametrize("change", [set_time, set_verdict, set_answers])
def test_what_was_altered_is_found(paper: Paper, change: Callable[[dict[str, Any]], None]) -> None:
    found = check_paper(alter(paper, change)).differences
    assert any("deployments" in one.where for one in found)


def test_the_record_is_in_the_data_file(findings: Findings) -> None:
    results = json.loads(write_results(findings))
    assert len(results["deployments"]["record"]["deployments"]) == 3
    assert results["deployments"]["comparisons"][0]["verdict"] == "b_higher"
    assert results["deployments"]["record"]["deployments"][2]["error"].startswith("ValueError")
