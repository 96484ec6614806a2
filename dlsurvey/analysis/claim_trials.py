"""Turns the verdicts on trials into answers to claims: no answer says more than its verdict."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from dlsurvey.analysis.claim_answers import LESS, Answer, say_open, weigh
from dlsurvey.analysis.claim_data import ComparisonTest, LossTest, ModesTest, Outcome
from dlsurvey.analysis.claim_sentences import Told, count_pairs, say_verdict, write_numbers
from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Member
from dlsurvey.analysis.modes import choose_leading
from dlsurvey.analysis.spread import find_interval
from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from experiments.sources import TITLES

PREFERRED = "controlled"
"""What remains there is the framework; the other protocol answers only where this one did not run."""


def answer_comparison(
    test: ComparisonTest, workloads: Sequence[WorkloadFindings], titles: Mapping[str, str]
) -> Answer:
    """From the verdicts of all its workloads, which must agree."""
    told = _select(test, workloads)
    subject, against = (titles.get(name, name) for name in (test.subject, test.against))
    open_ = [name for name in test.workloads if name not in {one.workload.name for one in told}]
    missing = tuple(_ask_trials(name, subject, against) for name in open_)
    if not told:
        return Answer("inconclusive", "", " ".join(missing))
    outcomes = [read_outcome(one.comparison, test.subject) for one in told]
    verdict = weigh([*outcomes, *(None for _one in missing)], test.expects)
    undecided = say_open(weigh(outcomes, test.expects), missing)
    note = _explain_images([one.workload for one in told], test.images)
    return Answer(
        verdict="inconclusive" if note and test.images else verdict,
        now="; ".join(write_numbers(one, titles) for one in told),
        why=" ".join(
            filter(None, (*note, *(say_verdict(one, titles) for one in told), undecided, *missing))
        ),
        evidence=tuple(_name_comparison(one.comparison) for one in told),
    )


def answer_modes(
    test: ModesTest, workloads: Sequence[WorkloadFindings], titles: Mapping[str, str]
) -> Answer:
    """From each framework's graphs against its own eager mode, all of which must agree."""
    told = [one for workload in workloads for one in _select_modes(workload, test)]
    if not told:
        return Answer(
            "inconclusive",
            "",
            _(
                "This edition holds no framework that ran both with a graph and without one:"
                " `dlsurvey train --mode all` measures both."
            ),
        )
    outcomes = [_read_graph(one.comparison) for one in told]
    return Answer(
        verdict=weigh(outcomes, LESS),
        now="; ".join(write_numbers(one, titles) for one in told),
        why=" ".join(say_verdict(one, titles) for one in told),
        evidence=tuple(_name_comparison(one.comparison) for one in told),
    )


def answer_loss(
    test: LossTest, workloads: Sequence[WorkloadFindings], titles: Mapping[str, str]
) -> Answer:
    """The numbers alone: no noise floor is kept of the training loss, so nothing is called lower."""
    subject, against = (titles.get(name, name) for name in (test.subject, test.against))
    workload = next((one for one in workloads if one.name == test.workload), None)
    members = _pair_members(workload, test) if workload else None
    if workload is None or members is None:
        return Answer("inconclusive", "", _ask_trials(test.workload, subject, against))
    losses = [{curve.seed: curve.loss[-1] for curve in member.curves} for member in members]
    pairs = [(losses[0][seed], losses[1][seed]) for seed in sorted(losses[0].keys() & losses[1])]
    difference = fmean(a - b for a, b in pairs)
    low, high = find_interval([a - b for a, b in pairs])
    interval = (
        ""
        if low is None or high is None
        else _(" (95 % interval {low:+.4f} to {high:+.4f})").format(low=low, high=high)
    )
    means = (fmean(pair[side] for pair in pairs) for side in (0, 1))
    now = ", ".join(
        f"{title} {mean:.4f}" for title, mean in zip((subject, against), means, strict=True)
    )
    why = _(
        "The training losses after the last epoch differ by {difference:+.4f}{interval},"
        " {subject} less {against}. The noise floor of the training loss is not measured, so"
        " that neither side is given the lead."
    ).format(difference=difference, interval=interval, subject=subject, against=against)
    note = _explain_images([workload], test.images)
    return Answer(
        verdict="inconclusive",
        now=f"{now} ({members[0].protocol}, {count_pairs(len(pairs))})",
        why=" ".join((*note, why.replace("-", "\N{MINUS SIGN}"))),
        evidence=tuple(f"curves/{workload.name}/{one.framework}-{one.mode}" for one in members),
    )


def read_outcome(comparison: Comparison, subject: str) -> Outcome | None:
    """What the verdict says of the subject; None where it says nothing."""
    match comparison.verdict:
        case "equivalent":
            return "equivalent"
        case "a_higher":
            return "higher" if comparison.a == subject else "lower"
        case "b_higher":
            return "lower" if comparison.a == subject else "higher"
        case _:
            return None


def _select(test: ComparisonTest, workloads: Sequence[WorkloadFindings]) -> list[Told]:
    """In each workload the comparisons of the two in the preferred protocol that ran."""
    found = []
    for workload in workloads:
        if workload.name not in test.workloads:
            continue
        same = [
            one
            for one in workload.comparisons
            if one.quantity == test.quantity and {one.a, one.b} == {test.subject, test.against}
        ]
        found += [Told(workload, one) for one in _prefer(same)]
    return found


def _select_modes(workload: WorkloadFindings, test: ModesTest) -> list[Told]:
    same = [
        one
        for one in workload.comparisons
        if one.quantity == "epoch_seconds"
        and one.a == one.b
        and (one.a_mode in test.graphs) != (one.b_mode in test.graphs)
    ]
    frameworks = dict.fromkeys(one.a for one in same)
    return [
        Told(workload, one)
        for name in frameworks
        for one in _prefer([each for each in same if each.a == name])
    ]


def _prefer(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Those of one protocol, on every device."""
    protocols = {one.protocol for one in comparisons}
    chosen = PREFERRED if PREFERRED in protocols else min(protocols, default="")
    return [one for one in comparisons if one.protocol == chosen]


def _read_graph(comparison: Comparison) -> Outcome | None:
    """What the verdict says of the side with the graph."""
    first = comparison.a_mode != "eager"
    match comparison.verdict:
        case "equivalent":
            return "equivalent"
        case "a_higher":
            return "higher" if first else "lower"
        case "b_higher":
            return "lower" if first else "higher"
        case _:
            return None


def _pair_members(workload: WorkloadFindings, test: LossTest) -> tuple[Member, Member] | None:
    """The two in their default modes, in one protocol on one device, with a seed in common."""
    leading = choose_leading(workload.members)
    settings = sorted(
        {(one.protocol, one.device) for one in leading}, key=lambda one: (one[0] != PREFERRED, one)
    )
    for setting in settings:
        here = {one.framework: one for one in leading if (one.protocol, one.device) == setting}
        pair = (here.get(test.subject), here.get(test.against))
        if pair[0] and pair[1] and _list_seeds(pair[0]) & _list_seeds(pair[1]):
            return pair[0], pair[1]
    return None


def _list_seeds(member: Member) -> set[int]:
    return {curve.seed for curve in member.curves if curve.loss}


def _explain_images(workloads: Sequence[WorkloadFindings], images: str) -> tuple[str, ...]:
    """That other images stood in for those that the workload is about."""
    sentences = []
    for workload in workloads:
        dataset = workload.dataset
        missed = dataset.stand_in_for or _name_missed(dataset.name, images)
        if not missed:
            continue
        text = (
            _(
                "{workload}: measured on {dataset}, not on {missed}. With {missed} on disk or a"
                " network, `dlsurvey train {name}` answers it."
            )
            if images
            else _("{workload}: measured on {dataset}, not on {missed}.")
        )
        sentences.append(
            text.format(
                workload=workload.title,
                dataset=_(dataset.title),
                missed=missed,
                name=workload.name,
            )
        )
    return tuple(dict.fromkeys(sentences))


def _name_missed(name: str, images: str) -> str:
    return TITLES.get(images, images) if images and name != images else ""


def _ask_trials(workload: str, subject: str, against: str) -> str:
    return _(
        "This edition holds no comparison of {names} on the workload `{workload}`: `dlsurvey train"
        " {workload}` makes one where both can be trained and pass the parity check."
    ).format(names=join_words((subject, against)), workload=workload)


def _name_comparison(one: Comparison) -> str:
    sides = f"{one.a}-{one.a_mode}/{one.b}-{one.b_mode}"
    return f"comparison/{one.workload}/{one.quantity}/{one.protocol}/{one.device}/{sides}"
