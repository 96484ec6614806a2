"""Asks of constructed findings what a talk shows of them and what it leaves to the report."""

from msgspec.structs import replace

from dlsurvey.analysis.deployment import assess_deployments
from dlsurvey.analysis.deployment_sentences import describe_pair
from dlsurvey.analysis.findings import Claim, ClaimVerdict
from dlsurvey.analysis.measured import LedgerRow
from dlsurvey.figures import draw_figures
from dlsurvey.figures.figure import name_figure
from dlsurvey.formats import format_quantity
from dlsurvey.render.briefs import list_briefs
from dlsurvey.render.choices import (
    MOST_CLAIMS,
    MOST_TRENDS,
    choose_axis,
    choose_claims,
    choose_trends,
    choose_ways,
    list_untold,
    split_ledger,
)
from dlsurvey.render.slides import compose_deck, is_tall, lead, tabulate_cards
from tests.dlsurvey.deployment_samples import FASTER, SLOWER, make_record
from tests.dlsurvey.render.sample import make_findings, make_workload
from tests.dlsurvey.study_samples import make_studies


def make_claim(number: int, verdict: ClaimVerdict, then: str = "", now: str = "") -> Claim:
    return Claim(
        id=f"claim-{number}",
        title=f"Claim {number}",
        claim="It is so.",
        sources=(),
        then=then,
        now=now,
        verdict=verdict,
        why="",
    )


def test_briefs_give_verdicts_and_values_without_intervals() -> None:
    workload = make_workload()
    briefs = list_briefs(workload)
    assert [one.question for one in briefs] == [
        "Test accuracy",
        "Seconds per epoch",
        "Peak memory",
    ]
    for brief in briefs:
        assert all(line.verdict is not None for line in brief.lines)
    (comparison, *_rest) = workload.comparisons
    text = briefs[0].lines[0].text
    assert format_quantity(comparison.a_mean, comparison.quantity) in text
    assert "interval" not in text


def test_many_pairs_are_told_in_one_sentence() -> None:
    workload = make_workload(frameworks=("tensorflow", "pytorch", "jax"))
    pairs = {(one.a, one.b) for one in workload.comparisons}
    for brief in list_briefs(workload):
        assert (len(pairs) > 1) == (brief.lines[0].verdict is None)


def test_a_workload_without_comparisons_has_no_briefs() -> None:
    assert list_briefs(replace(make_workload(), comparisons=())) == []


def test_conclusions_that_stand_elsewhere_are_not_told_again() -> None:
    findings = make_findings()
    told = [trend.sentence for trend in findings.trends]
    findings = replace(findings, conclusions=(*told, "Something else."))
    assert list_untold(findings) == ["Something else."]


def test_the_ledger_is_split_into_what_differs_and_what_does_not() -> None:
    same = LedgerRow(name="betas", values=("0.9", "0.9"))
    other = LedgerRow(name="epsilon", values=("1e-07", "1e-08"))
    assert split_ledger((same, other)) == ([other], [same])


def test_trends_with_a_figure_get_the_slides() -> None:
    findings = make_findings()
    first, *others = findings.trends
    figures = {figure.key: figure for figure in draw_figures(findings)}
    del figures[name_figure(first.key)]
    big, rest = choose_trends(findings.trends, figures)
    assert len(big) == min(MOST_TRENDS, len(findings.trends))
    assert sorted(one.key for one in (*big, *rest)) == sorted(one.key for one in findings.trends)
    if len(others) >= MOST_TRENDS:
        assert first in rest
    else:
        assert big[-1] == first


def test_answered_claims_come_first_and_all_are_counted() -> None:
    claims = [
        *(make_claim(n, "not_testable") for n in range(4)),
        *(make_claim(n, "inconclusive") for n in range(4, 9)),
        make_claim(9, "inconclusive", then="1", now="2"),
        make_claim(10, "holds", now="2"),
        make_claim(11, "reversed", now="2"),
    ]
    shown, counts = choose_claims(claims)
    assert [one.id for one in shown[:3]] == ["claim-11", "claim-10", "claim-9"]
    assert len(shown) == MOST_CLAIMS
    assert counts == [
        ("reversed", 1),
        ("holds", 1),
        ("inconclusive", 6),
        ("not_testable", 4),
    ]


def test_headings_are_escaped_once() -> None:
    findings = make_findings()
    workload = replace(findings.workloads[0], title="A & B <CNN>")
    deck = compose_deck(replace(findings, workloads=(workload,)), ())
    headings = [slide.heading for slide in deck.slides]
    assert "A & B <CNN>: accuracy" in headings


def test_a_first_sentence_leads() -> None:
    assert lead("One 1.5. Two. Three.") == "One 1.5."
    assert lead("No end") == "No end"


def test_a_talk_leaves_fine_facts_to_the_report() -> None:
    findings = make_findings()
    labels = [label for label, _facts in tabulate_cards(findings)]
    assert "Direct dependencies" not in labels
    assert labels[-1].startswith("Modes that can run")


def test_a_drawing_is_tall_where_it_is_at_least_as_high_as_wide() -> None:
    figure = draw_figures(make_findings())[0]
    assert not is_tall(replace(figure, svg='<svg viewBox="0 0 200 100"/>'))
    assert is_tall(replace(figure, svg='<svg viewBox="0 0 200 220"/>'))


def test_the_sweep_with_the_clearest_verdicts_is_shown() -> None:
    scale = make_studies().scale
    assert scale is not None
    clear = [
        sum(
            one.comparison.quantity == "epoch_seconds"
            and one.comparison.verdict in {"a_higher", "b_higher"}
            for one in axis.ratios
        )
        for axis in scale.axes
    ]
    assert max(clear) > 0
    assert choose_axis(scale) is scale.axes[clear.index(max(clear))]
    without = replace(scale, axes=tuple(replace(axis, ratios=()) for axis in scale.axes))
    assert choose_axis(without) is without.axes[0]


def test_of_two_ways_out_only_what_was_shown_is_told() -> None:
    found = assess_deployments(make_record(FASTER, SLOWER))
    assert found is not None
    first, *rest = found.comparisons
    undecided = replace(first, verdict="inconclusive")
    said = [
        describe_pair(undecided) if sentence == describe_pair(first) else sentence
        for sentence in found.sentences
    ]
    found = replace(found, comparisons=(undecided, *rest), sentences=tuple(said))
    told = choose_ways(found)
    pairs = [describe_pair(one) for one in found.comparisons]
    clear = [
        text
        for text, one in zip(pairs, found.comparisons, strict=True)
        if one.verdict in {"a_higher", "b_higher"}
    ]
    assert clear
    assert len(clear) < len(pairs)
    assert [text for text in told if text in pairs] == clear
    assert [text for text in told if text not in pairs] == [
        text for text in found.sentences if text not in pairs
    ][:3]
