"""The parity certificates of a training: stored ones, or new ones before anything is timed."""

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

from msgspec.structs import replace

from dlsurvey.analysis.fairness import is_exact
from dlsurvey.closure import hash_code
from dlsurvey.console import Console
from dlsurvey.premises import PARITY_CODE
from dlsurvey.records import Gap, Parity, ParityCheck, Precision, content_sha256
from dlsurvey.store import Store
from experiments.executors import Executor
from experiments.frameworks import hash_program
from experiments.parity import ParityError, compare_all, compare_traces
from experiments.parity_differences import Numbers
from experiments.rounds import Subject
from experiments.runner import Bench
from experiments.sources import Prepared


def certify(  # noqa: PLR0913, PLR0917  what a certificate depends on
    store: Store,
    console: Console,
    executor: Executor,
    subjects: Sequence[Subject],
    prepared: Mapping[str, Prepared],
    benches: Mapping[str, Bench],
    *,
    anew: bool = False,
) -> tuple[Parity, ...]:
    """One certificate per workload that has two frameworks: the stored one, or a new one.

    A certificate holds for these data, programs, versions and this check; a change of any makes a
    new one, and so does `anew`.
    """
    certificates = []
    code_sha256 = hash_code(PARITY_CODE)
    for workload in dict.fromkeys(subject.workload.name for subject in subjects):
        members = [subject for subject in subjects if subject.workload.name == workload]
        if len(members) < 2:
            continue
        identity = content_sha256(
            [
                code_sha256,
                [(replace(one, workload=replace(one.workload, programs={})),
                  benches[one.framework.name].environment.sha256,
                  hash_program(one.workload, one.framework))
                 for one in members],
            ]
        )  # fmt: skip
        certificate = None if anew else store.read_parity(identity, Parity)
        if certificate is None:
            console.say(f"Checking that {workload} is the same network in every framework ...")
            certificate = _make_certificate(executor, members, prepared[workload])
            store.keep_parity(identity, certificate)
        console.say(describe_certificate(certificate))
        certificates.append(certificate)
    return tuple(certificates)


def describe_certificate(parity: Parity) -> str:
    """One line: passed with the largest difference, or what failed."""
    failed = [check for check in parity.checks if not check.passed and is_exact(check)]
    if failed:
        return f"NOT COMPARABLE: {parity.workload}. " + " ".join(map(describe_failure, failed))
    exact = [check for check in parity.checks if is_exact(check)]
    largest = max((check.max_relative_difference or 0.0 for check in exact), default=0.0)
    return (
        f"Parity of {parity.workload}: passed; in float64 nothing differs by more than"
        f" {largest:.1e} relative."
    )


def describe_failure(check: ParityCheck) -> str:
    """What differs between whom, by how much, and what it points to."""
    size = (
        "cannot be set against each other"
        if check.max_relative_difference is None
        else f"differ by {check.max_relative_difference:.1e} relative"
    )
    return f"{check.a} and {check.b}: {check.quantity} {size}; {check.explanation}."


def find_parity_gaps(certificates: Sequence[Parity]) -> tuple[Gap, ...]:
    """A pair that failed in float64 is not comparable; one that parts too far in float32 is a doubt."""
    return tuple(
        Gap(
            what=f"The comparison of {check.a} and {check.b} on {parity.workload}",
            why=f"They are not the same network. {describe_failure(check)}",
            cure="Repair the program that differs (dlsurvey parity says where); the next build checks again.",
        )
        if is_exact(check)
        else Gap(
            what=f"The agreement of {check.a} and {check.b} in float32 on {parity.workload}",
            why=f"In float64 they are the same network, but {describe_failure(check)}",
            cure="Look at the losses in the certificate under data/parity/.",
        )
        for parity in certificates
        for check in parity.checks
        if not check.passed
    )


def _make_certificate(executor: Executor, members: Sequence[Subject], prepared: Prepared) -> Parity:
    with tempfile.TemporaryDirectory(prefix="dlsurvey-parity-") as name:
        exact = _compute_all(executor, members, prepared, Path(name), "float64")
        single = _compute_all(executor, members, prepared, Path(name), "float32")
    checks = list(compare_all(members, exact))
    for a, b in combinations(members, 2):
        of_a, of_b = single[a.framework.name], single[b.framework.name]
        if not isinstance(of_a, ParityError) and not isinstance(of_b, ParityError):
            checks.append(compare_traces(a, b, of_a, of_b))
    return Parity(
        workload=members[0].workload.name,
        checks=tuple(checks),
        traces={
            framework: tuple(map(float, numbers["losses"]))
            for framework, numbers in single.items()
            if not isinstance(numbers, ParityError)
        },
    )


def _compute_all(
    executor: Executor,
    members: Sequence[Subject],
    prepared: Prepared,
    folder: Path,
    precision: Precision,
) -> dict[str, Numbers | ParityError]:
    """Two processes at a time: nothing is timed here."""

    def compute(subject: Subject) -> Numbers | ParityError:
        try:
            return executor.compute(subject, prepared, folder, precision)
        except ParityError as error:
            return error

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(compute, members)
        return {
            subject.framework.name: result for subject, result in zip(members, results, strict=True)
        }
