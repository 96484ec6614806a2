"""Turns certificates and live defaults into what the report says of fairness: parity, parting, ledger."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from dlsurvey.analysis.measured import LedgerRow, Member
from dlsurvey.analysis.setups import name_device
from dlsurvey.formats import format_effect, join_words
from dlsurvey.language import gettext as _
from dlsurvey.records import Parity, ParityCheck, Trial

EXACT_TOLERANCE = 1e-10
"""Checks with this tolerance or less decide whether two networks are the same."""
VISIBLE = 1e-6
"""A relative difference above this is more than one rounding of float32."""


def find_parity(certificates: Iterable[Parity], workload: str) -> Parity | None:
    """The certificate of one workload, or None where only one framework ran."""
    return next((one for one in certificates if one.workload == workload), None)


def list_incomparable(certificates: Iterable[Parity]) -> frozenset[tuple[str, str, str]]:
    """(workload, a, b) and (workload, b, a) of every pair that failed a float64 check."""
    failed = [
        check
        for one in certificates
        for check in one.checks
        if not check.passed and is_exact(check)
    ]
    return frozenset(
        (check.workload, *pair)
        for check in failed
        for pair in ((check.a, check.b), (check.b, check.a))
    )


def is_exact(check: ParityCheck) -> bool:
    """Whether the check was made in float64, where rounding excuses nothing."""
    return check.tolerance <= EXACT_TOLERANCE


def describe_parting(parity: Parity, titles: dict[str, str]) -> str:
    """Where and how far the float32 losses of the first controlled steps part, pair by pair."""
    sentences = []
    for a, b in combinations(parity.traces, 2):
        pairs = list(zip(parity.traces[a], parity.traces[b], strict=False))
        if not pairs or not pairs[0][0]:
            continue
        first = abs(pairs[0][0])
        differences = [abs(left - right) / first for left, right in pairs]
        step = next((n for n, one in enumerate(differences, 1) if one > VISIBLE), None)
        names = join_words([titles.get(a, a), titles.get(b, b)])
        text = (
            _(
                "In float32, from the same weights and batches, the losses of {names} agree within"
                " {visible:.0e} for all of the first {steps} steps; the largest difference within"
                " {steps} steps is {largest:.1e} of the first loss. Rounding differs from framework"
                " to framework, and training lets it grow."
            )
            if step is None
            else _(
                "In float32, from the same weights and batches, the losses of {names} first differ"
                " by more than {visible:.0e} at step {step}; the largest difference within {steps}"
                " steps is {largest:.1e} of the first loss. Rounding differs from framework to"
                " framework, and training lets it grow."
            )
        )
        sentences.append(
            text.format(
                names=names,
                visible=VISIBLE,
                step=step,
                steps=len(differences),
                largest=max(differences),
            )
        )
    return " ".join(sentences)


def list_ledger(
    members: Sequence[Member], trials: Iterable[Trial], find_place: Callable[[Trial], str]
) -> tuple[LedgerRow, ...]:
    """Every default that was read from live objects, one column per member; differing rows first."""
    ledgers: dict[tuple[str, str, str, str], dict[str, str]] = {}
    changes: dict[tuple[str, str, str, str], dict[str, str]] = {}
    for trial in trials:
        if trial.metrics is not None:
            spec = trial.spec
            place = (spec.framework, spec.mode, spec.protocol, find_place(trial))
            ledgers[place] = trial.metrics.defaults
            changes[place] = trial.metrics.mapped
    rows = _line_up(members, ledgers, _("not told"))
    mapped = _line_up(members, changes, _("as it is"))
    return (
        *sorted(rows, key=lambda row: len(set(row.values)) == 1),
        *(
            LedgerRow(
                name=_("{name}, changed from outside").format(name=row.name), values=row.values
            )
            for row in mapped
        ),
    )


def _line_up(
    members: Sequence[Member],
    told: Mapping[tuple[str, str, str, str], Mapping[str, str]],
    silent: str,
) -> list[LedgerRow]:
    """One row a name, one value a member; `silent` where a member says nothing of it."""
    columns = [
        told.get((member.framework, member.mode, member.protocol, member.device), {})
        for member in members
    ]
    names = dict.fromkeys(name for column in columns for name in column)
    return [
        LedgerRow(name=name, values=tuple(column.get(name, silent) for column in columns))
        for name in names
    ]


def describe_defaults(
    members: Sequence[Member],
    quantity: str = "test_accuracy",
    incomparable: frozenset[tuple[str, str, str]] = frozenset(),
) -> tuple[str, ...]:
    """How much of a difference between frameworks is only defaults: the same pair in both protocols.

    `members` holds one mode of each framework. A pair that failed its certificate is left out.
    """
    failed = {(a, b) for _, a, b in incomparable}
    devices = list(dict.fromkeys(member.device for member in members))
    sentences = []
    for device in devices:
        controlled, idiomatic = (
            {
                member.framework: member
                for member in members
                if (member.device, member.protocol) == (device, protocol)
            }
            for protocol in ("controlled", "idiomatic")
        )
        where = _(" on the {device}").format(device=name_device(device))
        where = where if len(devices) > 1 else ""
        shared = [name for name in idiomatic if name in controlled]
        for a, b in combinations(shared, 2):
            if (a, b) in failed:
                continue
            pairs = ((idiomatic[a], idiomatic[b]), (controlled[a], controlled[b]))
            sentences.append(_describe_share(*pairs, quantity, where))
    return tuple(sentences)


def _describe_share(
    idiomatic: tuple[Member, Member], controlled: tuple[Member, Member], quantity: str, where: str
) -> str:
    """The difference of the means as written, and what is left of it when all is the same."""
    written, left = (
        getattr(first, quantity).mean - getattr(second, quantity).mean
        for first, second in (idiomatic, controlled)
    )
    a, b = idiomatic
    return _(
        "{a} minus {b}{where}, {quantity}: {written} as the tutorials write it, {left} from the"
        " same weights, batches and optimiser; the {rest} between the two is what the defaults"
        " account for, spread included."
    ).format(
        a=a.title,
        b=b.title,
        where=where,
        quantity=_(quantity.replace("_", " ")),
        written=format_effect(written, quantity),
        left=format_effect(left, quantity),
        rest=format_effect(written - left, quantity),
    )
