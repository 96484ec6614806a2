"""Conclusions are few, name frameworks in default modes only, and never contradict a verdict."""

from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.conclusion import conclude
from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.records import Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET


def make_runs(framework: str, seconds: float, runs: int = 4, **setting: Any) -> list[Trial]:
    trials = [
        make_trial(framework, seed, epoch_seconds=(seconds + 0.01 * seed,)) for seed in range(runs)
    ]
    return [replace(one, spec=replace(one.spec, **setting)) for one in trials]


def compare(*runs: list[Trial]) -> WorkloadFindings:
    return compare_workloads([one for some in runs for one in some], [DATASET])[0]


def list_sentences(*runs: list[Trial]) -> list[str]:
    """Those on the time per epoch."""
    sentences = conclude([compare(*runs)], ())
    return [one for one in sentences if "time per epoch" in one and "modes" not in one]


def in_both(seconds: tuple[float, float], other: tuple[float, float]) -> list[Trial]:
    return [
        *make_runs("tensorflow", seconds[0], protocol="controlled"),
        *make_runs("pytorch", seconds[1], protocol="controlled"),
        *make_runs("tensorflow", other[0]),
        *make_runs("pytorch", other[1]),
    ]


def test_protocols_with_one_verdict_share_a_sentence() -> None:
    (sentence,) = list_sentences(in_both((8.0, 4.0), (6.0, 4.0)))
    assert "in both protocols: PyTorch needed less time per epoch than TensorFlow (" in sentence
    assert "controlled: TensorFlow 8.02 s, PyTorch 4.01 s" in sentence
    assert "idiomatic: TensorFlow 6.01 s, PyTorch 4.01 s" in sentence


def test_protocols_with_different_verdicts_have_one_sentence_each() -> None:
    first, second = list_sentences(in_both((8.0, 4.0), (4.0, 8.0)))
    assert "(controlled): PyTorch needed 50 % less" in first
    assert "(idiomatic): TensorFlow needed 50 % less" in second


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        (in_both((4.0, 4.0), (4.0, 4.0)), "is equivalent within the margin of 5 %"),
        (
            [one for one in in_both((8.0, 4.0), (6.0, 4.0)) if one.spec.seed < 2],
            "no clear difference in time per epoch",
        ),
        (
            [one for one in in_both((8.0, 4.0), (6.0, 4.0)) if one.spec.seed < 1],
            "nothing is said about which is higher",
        ),
    ],
)
def test_shared_sentences_claim_no_more_than_the_verdict(runs: list[Trial], words: str) -> None:
    (sentence,) = list_sentences(runs)
    assert words in sentence
    assert "needed less" not in sentence


def test_modes_are_told_by_their_break_even_only() -> None:
    workload = compare(
        make_runs("tensorflow", 8.0, mode="eager"),
        make_runs("tensorflow", 4.0, mode="graph"),
        make_runs("pytorch", 4.0),
    )
    sentences = conclude([workload], ())
    assert len(sentences) == 5  # three quantities, the modes, the images
    assert sum("eager" in one for one in sentences) == 1


def test_many_frameworks_share_one_sentence_a_quantity() -> None:
    (sentence,) = list_sentences(
        make_runs("tensorflow", 8.0), make_runs("pytorch", 4.0), make_runs("jax", 4.0)
    )
    assert sentence == (
        "MNIST CNN, time per epoch: less was needed by PyTorch than by TensorFlow, JAX than by"
        " TensorFlow; equivalent within the margin: PyTorch – JAX."
    )


def test_many_frameworks_that_do_not_differ_are_named_once() -> None:
    (sentence,) = list_sentences(
        *(
            make_runs(name, 4.0, protocol=protocol)
            for name in ("tensorflow", "pytorch", "jax")
            for protocol in ("controlled", "idiomatic")
        )
    )
    assert sentence == (
        "MNIST CNN, time per epoch in both protocols unless one is named: equivalent within the"
        " margin: any two of TensorFlow, PyTorch and JAX."
    )


def test_a_verdict_of_one_protocol_only_names_it() -> None:
    (sentence,) = list_sentences(
        in_both((8.0, 4.0), (4.0, 4.0)),
        make_runs("jax", 2.0, protocol="controlled"),
        make_runs("jax", 2.0),
    )
    assert "PyTorch than by TensorFlow (controlled)" in sentence
    assert "JAX than by TensorFlow and PyTorch" in sentence
    assert "equivalent within the margin: TensorFlow – PyTorch (idiomatic)." in sentence


def test_devices_have_sentences_of_their_own() -> None:
    first, second = list_sentences(
        make_runs("tensorflow", 8.0),
        make_runs("pytorch", 4.0),
        make_runs("tensorflow", 0.4, device="cuda"),
        make_runs("pytorch", 0.8, device="cuda"),
    )
    assert "MNIST CNN (CPU): PyTorch needed" in first
    assert "MNIST CNN (GPU): TensorFlow needed" in second
