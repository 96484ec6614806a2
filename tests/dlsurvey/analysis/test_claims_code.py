"""Claims about code rest on the counts, alignments and derivatives of code that ran."""

import pytest

from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.findings import Claim, ClaimVerdict
from dlsurvey.analysis.gradients import assess_gradients
from dlsurvey.analysis.studied import CodeCount, CodeFindings, CodePair, StageMatch
from experiments.autodiff.gradient import Construct, Gradient

NAMES = {"tensorflow": "TensorFlow", "pytorch": "PyTorch"}


def make_code(
    lines: tuple[int, int], tokens: tuple[int, int], alike: tuple[bool, ...] = (True,)
) -> CodeFindings:
    """Counts of TensorFlow and PyTorch in one stage, and which stages match."""
    counts = tuple(
        CodeCount(
            framework=name,
            title=title,
            stage="s0",
            stage_title="S0",
            lines=lines[place],
            tokens=tokens[place],
            api_names=(),
            branches=1,
            source_sha256="a" * 64,
        )
        for place, (name, title) in enumerate(NAMES.items())
    )
    stages = tuple(
        StageMatch(stage=f"s{place}", title=f"S{place}", similarity=0.5, matches=matches)
        for place, matches in enumerate(alike)
    )
    pair = CodePair(
        a="tensorflow",
        a_title="TensorFlow",
        b="pytorch",
        b_title="PyTorch",
        stages=stages,
        threshold=0.6,
        unrelated=0.3,
    )
    return CodeFindings(counts=counts, pairs=(pair,), lengths=("",), likenesses=("",))


def find(code: CodeFindings) -> dict[str, Claim]:
    return {claim.id: claim for claim in find_claims((), (), code)}


@pytest.mark.parametrize(
    ("lines", "tokens", "verdict"),
    [
        ((10, 20), (100, 200), "holds"),
        ((20, 10), (200, 100), "reversed"),
        ((10, 20), (200, 100), "inconclusive"),
        ((10, 10), (100, 100), "equivalent"),
    ],
)
def test_the_length_of_the_code(
    lines: tuple[int, int], tokens: tuple[int, int], verdict: ClaimVerdict
) -> None:
    claim = find(make_code(lines, tokens))["code-length"]
    assert claim.verdict == verdict
    assert ("of PyTorch take more code" in claim.why) == (verdict == "holds")
    assert ("of TensorFlow take more code" in claim.why) == (verdict == "reversed")
    assert f"PyTorch {lines[1]} lines, {tokens[1]} tokens" in claim.now


@pytest.mark.parametrize(
    ("alike", "verdict"),
    [
        ((True, True, False), "holds"),
        ((True, False, False), "reversed"),
        ((True, False), "inconclusive"),
    ],
)
def test_most_stages_must_match(alike: tuple[bool, ...], verdict: ClaimVerdict) -> None:
    claim = find(make_code((1, 1), (1, 1), alike))["code-similar"]
    assert claim.verdict == verdict
    assert claim.now == f"{sum(alike)} of {len(alike)} stages match"


def make_attempt(*, works: bool, construct: Construct = "whole") -> Gradient:
    return Gradient(
        framework="jax",
        title="JAX",
        version="0.10",
        construct=construct,
        variant="eager",
        call="jax.grad(f)",
        form="as written",
        works=works,
        lines=9,
        code="def f(x): ...",
    )


@pytest.mark.parametrize(
    ("works", "verdict", "words"),
    [
        (True, "holds", "`jax.grad(f)` works as written"),
        (False, "reversed", "`jax.grad(f)` does not work as written"),
    ],
)
def test_jax_differentiates_plain_python(works: bool, verdict: ClaimVerdict, words: str) -> None:
    found = assess_gradients([make_attempt(works=works)])
    claim = {one.id: one for one in find_claims((), (), None, found)}["jax-autodiff"]
    assert claim.verdict == verdict
    assert words in claim.why


def test_parts_of_the_example_alone_decide_nothing() -> None:
    found = assess_gradients([make_attempt(works=True, construct="loop")])
    claim = {one.id: one for one in find_claims((), (), None, found)}["jax-autodiff"]
    assert claim.verdict == "inconclusive"
