"""Counts are what a reader would count, and the sentences say what the counts say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dlsurvey.analysis.alignment import CLOSE, compare, normalise
from dlsurvey.analysis.code import count_listing, study_code
from dlsurvey.analysis.code_sentences import (
    compare_length,
    describe_length,
    describe_likeness,
)
from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.analysis.studied import CodeCount, CodeFindings, CodePair, StageMatch
from dlsurvey.analysis.vocabulary import list_api_names, read_vocabulary
from tests.dlsurvey.code_samples import make_programs, make_stages

SOURCE = """
import numpy as np
import torch
from torch import nn, optim


def make(model):
    return optim.Adam(model.parameters())
"""

FUNCTION = """def run(model, spec):
    # a comment
    optimizer = make(model)
    for batch in model:

        match spec.mode:
            case "eager":
                loss = model(batch)
            case _ if spec.seed and spec.epochs:
                loss = nn.ReLU()(batch)
        optimizer.step()
    return np.mean(loss.item())
"""


def make_listing(code: str) -> tuple[Stage, Listing]:
    listing = Listing(
        framework="pytorch",
        program="pytorch",
        title="PyTorch",
        stage="train",
        code=code,
        first_line=1,
        source_sha256="a" * 64,
    )
    return Stage(key="train", title="Training", explanation="", listings=(listing,)), listing


def make_count(framework: str, tokens: int, lines: int = 5, **changes: Any) -> CodeCount:
    values: dict[str, Any] = {
        "framework": framework,
        "title": framework.upper(),
        "stage": "train",
        "stage_title": "Training",
        "lines": lines,
        "tokens": tokens,
        "branches": 1,
        "source_sha256": framework * 8,
    } | changes
    return CodeCount(api_names=(), **values)


def make_pair(*stages: StageMatch) -> CodePair:
    return CodePair(
        a="a", a_title="A", b="b", b_title="B", stages=stages, threshold=CLOSE, unrelated=0.31
    )


@pytest.fixture(scope="module")
def code() -> CodeFindings:
    found = study_code(make_stages(), make_programs("mnist-cnn"))
    assert found is not None
    return found


def test_lines_tokens_and_branches_are_those_of_the_code_alone() -> None:
    stage, listing = make_listing(FUNCTION)
    count = count_listing(stage, listing, read_vocabulary(SOURCE))
    assert count.lines == 10
    assert count.branches == 5  # the loop, two cases, a guard and its `and`
    bare = "\n".join(
        line for line in listing.code.splitlines() if line.strip() and "comment" not in line
    )
    again = count_listing(*make_listing(bare), read_vocabulary(SOURCE))
    assert (again.lines, again.tokens) == (count.lines, count.tokens)


def test_names_are_those_imported_and_those_of_its_objects() -> None:
    vocabulary = read_vocabulary(SOURCE)
    assert set(vocabulary.imports) == {"torch", "nn", "optim"}
    assert vocabulary.makers == {"make"}
    assert list_api_names(FUNCTION, vocabulary) == (
        ".item", ".step", "torch.nn.ReLU",
    )  # fmt: skip


def test_names_of_a_framework_do_not_count_against_likeness() -> None:
    other = read_vocabulary("from keras import optimizers, layers\nfrom keras import Model")
    ours = normalise(
        "def f(model):\n    o = optim.Adam(model.parameters())\n    return o",
        read_vocabulary(SOURCE),
    )
    theirs = normalise(
        "def g(model):\n    o = optimizers.Adam(model.weights())\n    return o",
        other,
    )
    assert ours == theirs
    assert "API" in ours


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd")))
def test_likeness_is_a_share_and_the_same_both_ways(a: list[str], b: list[str]) -> None:
    assert compare(a, b) == compare(b, a)
    assert 0 <= compare(a, b) <= 1
    assert compare(a, a) == 1


def test_every_stage_of_every_framework_is_counted(code: CodeFindings) -> None:
    assert len(code.counts) == 20  # five stages of four programs
    assert all(count.lines >= 2 and count.tokens > 10 for count in code.counts)
    assert all(count.api_names for count in code.counts if count.stage in ("build_model", "train"))


def test_frameworks_that_share_a_program_are_one_side(code: CodeFindings) -> None:
    assert len(code.pairs) == 6
    assert any(pair.b_title == "Keras on PyTorch / Keras on JAX" for pair in code.pairs)
    assert all(0 < stage.similarity <= 1 for pair in code.pairs for stage in pair.stages)


def test_no_listings_are_no_findings() -> None:
    assert study_code((), ()) is None


def test_stage_that_one_side_lacks_is_not_compared() -> None:
    stages = make_stages()
    first = replace(stages[0], listings=stages[0].listings[1:])
    found = study_code((first, *stages[1:]), make_programs("mnist-cnn"))
    assert found is not None
    (pair,) = [one for one in found.pairs if (one.a, one.b) == ("pytorch", "tensorflow")] or [
        one for one in found.pairs if {one.a, one.b} == {"pytorch", "tensorflow"}
    ]
    assert [stage.stage for stage in pair.stages] == [stage.key for stage in stages[1:]]


@pytest.mark.parametrize(
    ("a", "b", "verdict", "words"),
    [
        ((20, 5), (10, 4), "a_longer", "of A take more code than those of B"),
        ((10, 4), (20, 5), "b_longer", "of B take more code than those of A"),
        ((10, 4), (10, 4), "equal", "as many lines and tokens"),
        ((20, 4), (10, 5), "mixed", "depends on what is counted"),
        ((10, 5), (10, 4), "a_longer", "of A take more code than those of B"),
    ],
)
def test_longer_is_said_only_where_lines_and_tokens_agree(
    a: tuple[int, int], b: tuple[int, int], verdict: str, words: str
) -> None:
    counts = [make_count("a", *a), make_count("b", *b)]
    assert compare_length(counts, "a", "b") == verdict
    sentence = describe_length(counts, make_pair())
    assert words in sentence
    assert ("more tokens" in sentence) == (verdict.endswith("longer") and a[0] != b[0])


def test_nothing_in_common_is_said_and_not_compared() -> None:
    counts = [make_count("a", 5), make_count("b", 5, stage="other")]
    assert compare_length(counts, "a", "b") is None
    assert "no stage in common" in describe_length(counts, make_pair())
    assert "no stage in common" in describe_likeness(make_pair())


@pytest.mark.parametrize(
    ("matches", "start"),
    [
        ((True, True), "All 2 stages of A and B match"),
        ((True, False), "1 of the 2 stages of A and B matches"),
        ((False, False), "None of the 2 stages of A and B matches"),
    ],
)
def test_matching_stages_are_counted_in_words(matches: tuple[bool, ...], start: str) -> None:
    pair = make_pair(
        *(
            StageMatch(stage=str(number), title=f"S{number}", similarity=0.5, matches=one)
            for number, one in enumerate(matches)
        )
    )
    assert describe_likeness(pair).startswith(f"{start}, ")
    assert "S0 0.50, S1 0.50" in describe_likeness(pair)
