"""Turns the trials of an edition into setups: nothing is compared from one of them to another.

A setup is a machine with its versions, the programs as they ran, and the amount of work. One build
has one; trials that came from elsewhere (`dlsurvey import trials`) may bring others. What holds of
devices holds of setups: neither values nor noise of one say anything of another.
"""

from collections import Counter
from collections.abc import Hashable, Iterable

from dlsurvey.formats import format_memory, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from dlsurvey.records import Environment, Trial

Facts = dict[str, Hashable]


class Setups:
    """The setups of some trials, numbered from 1 in the order in which they come."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        """A trial joins the first setup that nothing it tells contradicts."""
        self._facts: list[Facts] = []
        self._machines: list[Environment] = []
        self._numbers: dict[Hashable, int] = {}
        self._counts: Counter[int] = Counter()
        for trial in trials:
            key = _identify(trial)
            if key not in self._numbers:
                self._numbers[key] = self._join(trial)
            self._counts[self._numbers[key]] += 1

    def place(self, trial: Trial) -> str:
        """Where it ran: 'cpu' or 'cuda', in all setups but the first with '@' and the number."""
        number = self._numbers.get(_identify(trial), 1)
        return trial.spec.device if number == 1 else f"{trial.spec.device}@{number}"

    def describe(self) -> str:
        """Which setups there are, where there are several; else nothing."""
        if len(self._facts) < 2:
            return ""
        machines = [
            _("{number}: {machine}, {trials}").format(
                number=number,
                machine=_describe_machine(machine),
                trials=ngettext("{count} trial", "{count} trials", self._counts[number]).format(
                    count=self._counts[number]
                ),
            )
            for number, machine in enumerate(self._machines, start=1)
        ]
        return _(
            "The trials come from {count} setups, which differ in their machine, versions or amount"
            " of work and are never compared with each other ({machines}); where none is named, it"
            " is the first."
        ).format(count=len(machines), machines="; ".join(machines))

    def _join(self, trial: Trial) -> int:
        facts = _list_facts(trial)
        for place, known in enumerate(self._facts):
            if all(known.get(name, value) == value for name, value in facts.items()):
                known.update(facts)
                return place + 1
        self._facts.append(facts)
        self._machines.append(trial.environment)
        return len(self._facts)


def _identify(trial: Trial) -> Hashable:
    """The same for trials that tell the same facts."""
    return tuple(sorted(_list_facts(trial).items(), key=lambda one: one[0]))


def _list_facts(trial: Trial) -> Facts:
    machine, spec = trial.environment, trial.spec
    return {
        "machine": (
            machine.python, machine.os, machine.cpu, machine.cores, machine.memory_bytes, machine.gpu,
        ),
        f"program of {spec.workload} in {spec.framework}": trial.trainer_sha256,
        f"work of {spec.workload}": (
            spec.dataset_sha256, spec.epochs, spec.batch_size, spec.threads, spec.train_limit,
            spec.precision,
        ),
        **({f"code of {spec.workload}": trial.code_sha256} if trial.code_sha256 else {}),
        # A package that two frameworks share must be the same for both.
        **{f"version of {name}": version for name, version in machine.versions.items()},
    }  # fmt: skip


def _describe_machine(machine: Environment) -> str:
    parts = [
        machine.cpu,
        ngettext("{count} processor", "{count} processors", machine.cores).format(
            count=machine.cores
        ),
        format_memory(machine.memory_bytes),
        machine.os,
    ]
    return join_words([*parts, machine.gpu] if machine.gpu else parts)
