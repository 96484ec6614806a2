"""Verdicts on ways out come from rounds; sentences say no more; the claim follows from both."""

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.claim_data import DeploymentTest
from dlsurvey.analysis.claim_deployment import answer_deployment
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.deployed import DeploymentFindings, RouteComparison
from dlsurvey.analysis.deployment import assess_deployments, find_floor
from experiments.deployment.record import Deployment
from tests.dlsurvey.deployment_samples import (
    ALTERED,
    FASTER,
    SLOWER,
    make_deployment,
    make_record,
    make_run,
)

TEST = DeploymentTest(route="litert", against_route="executorch")


def assess(*deployments: Deployment) -> DeploymentFindings:
    found = assess_deployments(make_record(*deployments))
    assert found is not None
    return found


def compare(*deployments: Deployment) -> RouteComparison:
    return next(one for one in assess(*deployments).comparisons if one.quantity == "image_seconds")


def test_nothing_is_found_where_nothing_was_tried() -> None:
    assert assess_deployments(None) is None
    assert assess_deployments(make_record()) is None


def test_a_clear_difference_gets_a_verdict_and_a_sentence() -> None:
    found = compare(FASTER, SLOWER)
    assert found.verdict == "b_higher"
    assert found.n == 3
    assert found.relative_effect == pytest.approx(-0.33, abs=0.01)
    assert "LiteRT from TensorFlow answers one image in less time than ExecuTorch" in found.sentence
    assert "3 processes each" in found.sentence


def test_the_same_times_are_equivalent_or_inconclusive_never_higher() -> None:
    other = make_deployment("pytorch", "executorch", (40.5e-6, 40e-6, 41e-6))
    assert compare(FASTER, other).verdict in {"equivalent", "inconclusive"}


def test_disturbed_processes_stand_behind_no_verdict() -> None:
    busy = replace(FASTER, runs=tuple(make_run(40e-6, foreign_cores=1.5) for _ in range(3)))
    found = compare(busy, SLOWER)
    assert (found.verdict, found.n, found.left_out) == ("inconclusive", 0, 3)
    assert "too few undisturbed processes, 0 of 3 each" in found.sentence
    (takes, _) = assess(busy, SLOWER).takes
    assert takes.loaded == 3
    assert any("others kept 1.50 to 1.50 processors busy" in one for one in assess(busy).sentences)


def test_memory_is_compared_whoever_else_was_at_work() -> None:
    runs = tuple(make_run(40e-6, foreign_cores=1.5) for _ in range(3))
    a, b = (make_deployment(name, "onnx", (1.0,), runs=runs) for name in ("tensorflow", "pytorch"))
    found = {one.quantity: one for one in assess(a, b).comparisons}
    assert len(found) == 4
    assert found["peak_memory_bytes"].verdict == "equivalent"
    assert found["cold_start_seconds"].verdict == "inconclusive"


def test_altered_or_failed_ways_out_are_compared_with_nothing() -> None:
    altered = replace(FASTER, answers=ALTERED, status="failed", error=ALTERED.finding)
    found = assess(altered, SLOWER)
    assert not found.comparisons
    assert "LiteRT from TensorFlow: it is altered." in found.sentences
    assert "same answers: 1 of 2. Failed or with altered answers: 1." in found.sentences[0]


def test_attempts_of_one_route_are_counted_once() -> None:
    first = make_deployment("jax", "litert")
    second = make_deployment("jax", "litert", (1e-3,), way="mapped over single images")
    found = assess(first, second)
    assert "same answers: 1 of 1." in found.sentences[0]
    assert "(mapped over single images)" in found.sentences[1]


def test_the_noise_floor_takes_three_pairs_of_rounds() -> None:
    assert find_floor([replace(FASTER, runs=FASTER.runs[:2])], "image_seconds") is None
    floor = find_floor([FASTER, SLOWER], "image_seconds")
    assert floor is not None
    assert 0 < floor < 0.1


def test_runtimes_that_hold_a_framework_do_not_run_alone() -> None:
    runs = (make_run(60e-6, frameworks=("torch",)),)
    found = assess(FASTER, replace(SLOWER, runs=runs))
    (alone,) = (one for one in found.sentences if one.startswith("Without any"))
    assert "LiteRT" in alone
    assert "ExecuTorch" not in alone


def test_the_claim_needs_both_sides() -> None:
    answer = answer_deployment(TEST, None)
    assert answer.verdict == "inconclusive"
    assert "--suite deployment" in answer.why
    assert answer_deployment(TEST, assess(FASTER)).verdict == "inconclusive"


def test_a_faster_way_out_of_the_same_size_decides_nothing() -> None:
    answer = answer_deployment(TEST, assess(FASTER, SLOWER))
    assert answer.verdict == "inconclusive"
    assert "within 5 % of each other" in answer.why
    assert answer.evidence == ("deployment/tensorflow/litert", "deployment/pytorch/executorch")


def test_smaller_and_faster_holds_and_the_contrary_is_reversed() -> None:
    small = replace(FASTER, size_bytes=128_000)
    assert answer_deployment(TEST, assess(small, SLOWER)).verdict == "holds"
    slow = replace(small, runs=SLOWER.runs, size_bytes=2_000_000)
    fast = replace(SLOWER, runs=FASTER.runs)
    assert answer_deployment(TEST, assess(slow, fast)).verdict == "reversed"


def test_what_does_not_work_loses_and_what_is_missing_says_nothing() -> None:
    broken = make_deployment("pytorch", "executorch")
    answer = answer_deployment(TEST, assess(FASTER, broken))
    assert answer.verdict == "holds"
    assert "ExecuTorch from PyTorch did not work: ValueError" in answer.why
    missing = replace(broken, status="missing")
    assert answer_deployment(TEST, assess(FASTER, missing)).verdict == "inconclusive"


def test_the_ledger_answers_the_claim_from_it() -> None:
    small = replace(FASTER, size_bytes=128_000)
    claims = find_claims((), (), deployments=assess(small, SLOWER))
    (claim,) = (one for one in claims if one.id == "deployment")
    assert claim.verdict == "holds"
    assert "n = 3" in claim.now
    assert "nothing here runs in a browser" in claim.why
