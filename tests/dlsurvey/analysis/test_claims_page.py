"""The chapter of claims prints each with its verdict, and nothing hostile reaches the page."""

import re
from typing import get_args

from msgspec.structs import replace

from dlsurvey.analysis.findings import Claim, ClaimVerdict
from dlsurvey.render.pages import make_environment
from dlsurvey.render.references import Citations, read_references
from tests.dlsurvey.render.sample import make_findings

WORDS = ("holds", "reversed", "equivalent", "inconclusive", "not testable here")


def make_claim(verdict: ClaimVerdict, **changes: str) -> Claim:
    claim = Claim(
        id=f"claim-{verdict}",
        title="Speed",
        claim="One is faster.",
        sources=("video2022",),
        then="A 1 s",
        now="A 2 s",
        verdict=verdict,
        why="Constructed: `dlsurvey train` tells.",
    )
    return replace(claim, **changes)


def render(*claims: Claim) -> str:
    template = make_environment().get_template("claims.jinja")
    return template.render(
        findings=make_findings(claims=claims),
        chapters=(("claims", "What older surveys claimed"),),
        numbers={"claims": 1},
        figures={},
        cite=Citations(read_references()).cite,
        medium="screen",
        inline=str,
    )


def test_every_verdict_has_a_word_a_sign_and_a_class_of_its_own() -> None:
    verdicts = get_args(ClaimVerdict)
    page = render(*(make_claim(verdict) for verdict in verdicts))
    signs = []
    for verdict, word in zip(verdicts, WORDS, strict=True):
        (sign,) = re.findall(
            rf'<span class="outcome {verdict}"><span aria-hidden="true">(.) </span>{word}</span>',
            page,
        )
        signs.append(sign)
    assert len(set(signs)) == len(verdicts)
    assert "<code>dlsurvey train</code>" in page
    assert 'href="#ref-video2022"' in page


def test_missing_figures_are_a_dash() -> None:
    assert render(make_claim("not_testable", then="", now="")).count(">–</td>") == 2


def test_words_are_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    page = render(make_claim("holds", title=hostile, then=hostile, now=hostile, why=hostile))
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 4


def test_an_edition_without_claims_says_so() -> None:
    assert "tests no claims" in render()
