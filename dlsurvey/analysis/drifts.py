"""Turns what the same framework measured in two editions into what changed beyond the noise."""

from collections.abc import Iterator
from statistics import median

from dlsurvey.analysis.causes import Runs, blame_program, explain_runs, have_same_settings
from dlsurvey.analysis.differences import Change
from dlsurvey.analysis.findings import Findings, WorkloadFindings
from dlsurvey.analysis.measured import Member, Quantity, Spread
from dlsurvey.analysis.quantities import QUANTITIES, find_difference, from_share, to_share
from dlsurvey.analysis.sentences import name_quantity
from dlsurvey.analysis.setups import bare_device, name_device
from dlsurvey.formats import format_bound, format_effect, format_quantity, format_share
from dlsurvey.language import gettext as _
from dlsurvey.records import TrialSpec


def compare_measurements(old: Findings, new: Findings, runs: tuple[Runs, Runs]) -> Iterator[Change]:
    """Every median that lies further from the older one than the noise floors of both allow."""
    before = _index_members(old)
    for key, (workload, member) in _index_members(new).items():
        if key not in before:
            continue

        def fits(spec: TrialSpec, key: tuple[str, ...] = key) -> bool:
            own = (spec.workload, spec.framework, spec.mode, spec.protocol, spec.device)
            return own == (*key[:-1], bare_device(key[-1]))

        pairs = [[run.trial for run in one.select(fits)] for one in runs]
        if not have_same_settings(*pairs):
            continue  # more epochs or other images are other work, not a changed measurement
        for quantity in QUANTITIES:
            change = _compare_quantity(before[key], (workload, member), quantity)
            if change is not None:
                what, values, sentence = change
                yield Change(
                    kind="measurement",
                    what=what,
                    before=values[0],
                    now=values[1],
                    sentence=sentence,
                    causes=explain_runs(*runs, fits) or (blame_program(),),
                )


def _index_members(
    findings: Findings,
) -> dict[tuple[str, ...], tuple[WorkloadFindings, Member]]:
    return {
        (workload.name, one.framework, one.mode, one.protocol, one.device): (workload, one)
        for workload in findings.workloads
        for one in workload.members
    }


def _compare_quantity(
    old: tuple[WorkloadFindings, Member],
    new: tuple[WorkloadFindings, Member],
    quantity: Quantity,
) -> tuple[str, tuple[str, str], str] | None:
    """None unless the medians lie further apart than the larger of the two noise floors."""
    floors = [_find_floor(workload, member, quantity) for workload, member in (old, new)]
    values = [_list_values(member, quantity) for _, member in (old, new)]
    if not all(values):
        return None
    before, now = map(median, values)
    difference = find_difference(now, before, quantity)
    told = [floor for floor in floors if floor is not None]
    if difference is None or len(told) < 2:
        return None
    if abs(difference) <= from_share(max(told), quantity):
        return None
    workload, member = new
    place = f"{member.mode}, {member.protocol}, {name_device(member.device)}"
    what = _("{workload}, {quantity} of {title} ({place})").format(
        workload=workload.title,
        quantity=name_quantity(quantity),
        title=member.title,
        place=place,
    )
    texts = (format_quantity(before, quantity), format_quantity(now, quantity))
    share = to_share(difference, quantity)
    size = format_effect(share, quantity) if quantity == "test_accuracy" else format_share(share)
    noise = format_bound(max(told), quantity)
    sentence = _("{what}: median {now}, before {before} ({size}; the noise is {noise}).").format(
        what=what, now=texts[1], before=texts[0], size=size, noise=noise
    )
    return what, texts, sentence


def _list_values(member: Member, quantity: Quantity) -> list[float]:
    """Without the times beside which other work ran."""
    spread: Spread = getattr(member, quantity)
    disturbed = member.loaded_seeds if quantity == "epoch_seconds" else ()
    return [
        value
        for seed, value in zip(spread.seeds, spread.values, strict=True)
        if seed not in disturbed
    ]


def _find_floor(workload: WorkloadFindings, member: Member, quantity: Quantity) -> float | None:
    return next(
        (
            floor.bound
            for floor in workload.noise_floors
            if (floor.quantity, floor.device) == (quantity, member.device)
        ),
        None,
    )
