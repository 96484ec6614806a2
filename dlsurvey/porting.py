"""`dlsurvey parity`: whether the programs of one workload are the same network, told on the terminal."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

from dlsurvey.config import Config, name_workloads
from dlsurvey.errors import ConfigError, MissingDependency
from dlsurvey.records import ParityCheck
from experiments.frameworks import Framework, find_framework, list_frameworks, read_versions
from experiments.parity import ParityError, compare_all, compute_numbers
from experiments.parity_differences import TOLERANCE, Numbers
from experiments.rounds import Subject
from experiments.sources import Prepared, find_source, prepare
from experiments.workloads import Workload, find_workload

Tell = Callable[[str], None]


def check_parity(config: Config, given: str, frameworks: Sequence[str], tell: Tell) -> bool:
    """Compare every pair of programs and tell what differs; True where all are the same network.

    Nothing is trained beyond ten steps, and nothing stored. Raises ConfigError for a folder that
    cannot be used or fewer than two programs, MissingDependency for a framework that was named and
    is not installed.
    """
    (name,) = name_workloads(Path.cwd(), [given])
    workload = find_workload(name)
    members = _choose_frameworks(workload, frameworks, tell)
    prepared = _prepare(config, workload)
    dataset = prepared.dataset
    tell(
        f"{name}: {', '.join(one.title for one in members)}; {workload.parameters:,} weights;"
        f" examples from {dataset.title}."
    )
    subjects = [
        Subject(workload=workload, framework=one, dataset=dataset, mode=one.modes[0])
        for one in members
    ]
    numbers = _compute_all(subjects, prepared)
    for line in (*describe_mapped(members, numbers), *describe_checks(subjects, numbers)):
        tell(line)
    return all(check.passed for check in compare_all(subjects, numbers))


def describe_mapped(
    members: Sequence[Framework], numbers: Mapping[str, Numbers | ParityError]
) -> Iterator[str]:
    """The defaults that were changed from outside, since no two frameworks share them."""
    for framework in members:
        found = numbers[framework.name]
        changes = [] if isinstance(found, ParityError) else list(map(str, found.get("mapped", ())))
        for change in changes:
            yield f"Changed from outside in {framework.title}, to compare the rest: {change}"


def describe_checks(
    subjects: Sequence[Subject], numbers: Mapping[str, Numbers | ParityError]
) -> Iterator[str]:
    """Of each pair the verdict, the largest difference of each quantity, and where they part."""
    titles = {one.framework.name: one.framework.title for one in subjects}
    checks = compare_all(subjects, numbers)
    for (a, b), of_pair in groupby(checks, key=lambda check: (check.a, check.b)):
        found = list(of_pair)
        is_same = all(check.passed for check in found)
        verdict = "the same network" if is_same else "NOT the same network"
        yield f"{titles[a]} and {titles[b]}: {verdict}"
        yield from map(_describe_check, found)
        for check in found:
            if check.explanation:
                yield f"  {check.explanation[0].upper()}{check.explanation[1:]}."
    yield f"Differences are relative, in float64; up to {TOLERANCE:.0e} they are rounding."


def _describe_check(check: ParityCheck) -> str:
    size = check.max_relative_difference
    told = "cannot be compared" if size is None else f"{size:.1e}"
    return f"  {check.quantity:26} {told}{'' if check.passed else '   differs'}"


def _choose_frameworks(
    workload: Workload, names: Sequence[str], tell: Tell
) -> tuple[Framework, ...]:
    """Those named; else one for each program, where it is installed."""
    chosen: list[Framework] = []
    for framework in map(find_framework, dict.fromkeys(names)):
        if framework.program not in workload.programs:
            raise ConfigError(
                f"{workload.name} has no program for {framework.title}: write"
                f" train_{framework.program}.py."
            )
        read_versions(framework)
        chosen.append(framework)
    for framework in () if names else list_frameworks():
        taken = {one.program for one in chosen}
        if framework.program in taken or framework.program not in workload.programs:
            continue
        try:
            read_versions(framework)
        except MissingDependency as error:
            tell(f"Left out: {error}")
            continue
        chosen.append(framework)
    if len(chosen) < 2:
        raise ConfigError(
            f"{workload.name}: it takes two programs to compare, each with its framework installed;"
            f" there are train_{'.py, train_'.join(workload.programs)}.py."
        )
    return tuple(chosen)


def _prepare(config: Config, workload: Workload) -> Prepared:
    """The workload's own data, or what stands in for them: nothing is downloaded for this."""
    source = find_source(
        workload,
        setting=config.find_data_setting(workload.name),
        data_folder=config.data_folder,
        cache=config.cache,
        offline=True,
    )
    return prepare(source, config.cache)


def _compute_all(
    subjects: Sequence[Subject], prepared: Prepared
) -> dict[str, Numbers | ParityError]:
    """Two processes at a time: nothing is timed here."""
    with tempfile.TemporaryDirectory(prefix="dlsurvey-parity-") as name:

        def compute(subject: Subject) -> Numbers | ParityError:
            try:
                return compute_numbers(subject, prepared, Path(name), "float64")
            except ParityError as error:
                return error

        with ThreadPoolExecutor(max_workers=2) as pool:
            found = pool.map(compute, subjects)
            return {
                subject.framework.name: result
                for subject, result in zip(subjects, found, strict=True)
            }
