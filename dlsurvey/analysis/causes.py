"""Turns the runs behind two editions into what a difference between the editions comes from.

A cause is named only where it is recorded: a run keeps its settings, the hash of its program's
source, and the machine and versions it ran on. Where several of them changed at once, all are
named, because nothing in the data can tell them apart.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from dlsurvey.analysis.differences import Cause
from dlsurvey.analysis.findings import Findings
from dlsurvey.formats import format_bound, format_memory, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, ngettext
from dlsurvey.records import Trial, TrialSpec, content_sha256

SETTINGS = {
    "epochs": mark("epochs"),
    "batch_size": mark("batch size"),
    "threads": mark("threads"),
    "train_limit": mark("train limit"),
    "precision": mark("precision"),
}
"""What a spec says beside what names its group and its seed, and what a reader calls it."""


def blame_program() -> Cause:
    """For a difference between editions whose recorded circumstances are all the same."""
    text = _("nothing recorded differs, so the program itself does")
    return Cause(kind="method", text=text)


class Run(NamedTuple):
    """One completed trial and the hash of all it says."""

    sha256: str
    trial: Trial

    @property
    def conditions(self) -> tuple[str, str, str]:
        """What must be the same in two runs for only the seed and chance to tell them apart."""
        spec = msgspec.structs.replace(self.trial.spec, seed=0)
        return (spec.key, self.trial.trainer_sha256, self.trial.environment.sha256)


class Runs:
    """The completed trials of one edition, to be asked for those behind one result."""

    def __init__(self, findings: Findings) -> None:
        """Failed trials stand behind no result."""
        self.version = findings.edition.versions.get("dlsurvey", "")
        self.titles = {one.dataset.sha256: one.dataset.title for one in findings.workloads}
        self._runs = [
            Run(content_sha256(trial), trial)
            for trial in findings.trials
            if trial.metrics is not None
        ]

    def select(self, fits: Callable[[TrialSpec], bool]) -> list[Run]:
        """The runs whose spec fits."""
        return [run for run in self._runs if fits(run.trial.spec)]


def explain_runs(old: Runs, new: Runs, fits: Callable[[TrialSpec], bool]) -> tuple[Cause, ...]:
    """Everything recorded that differs between the runs behind a result then and now."""
    before, now = old.select(fits), new.select(fits)
    added = _subtract(now, before)
    gone = _subtract(before, now)
    if not before or not now:
        text = (
            _("{runs} where there were none").format(runs=_count(now))
            if now
            else _("its runs are no longer compared")
        )
        return (Cause(kind="new data", text=text),)
    causes = [*_compare_method(before, now), *_compare_environments(before, now)]
    if added and old.version != new.version and old.version and new.version:
        causes.append(
            Cause(kind="method", text=_tell("dlsurvey", {old.version}, {new.version})),
        )
    images = _compare_images(old, new, before, now)
    if images:
        causes.append(Cause(kind="new data", text=images))
    known = {run.conditions for run in before}
    alike = [run for run in added if run.conditions in known]
    if alike:
        text = _("{runs} more under the same conditions").format(runs=_count(alike))
        causes.append(Cause(kind="new data", text=text))
    if gone and not causes:
        text = _("{runs} fewer").format(runs=_count(gone))
        causes.append(Cause(kind="new data", text=text))
    return tuple(causes)


def explain_bounds(
    quantity: str,
    margins: tuple[float, float],
    floors: tuple[float | None, float | None],
    families: tuple[int, int],
) -> tuple[Cause, ...]:
    """What a verdict is held against, then and now: a verdict may turn with the runs unchanged."""
    causes = []
    if margins[0] != margins[1]:
        before, now = (format_bound(one, quantity) for one in margins)
        text = _("the margin is {now}, before {before}").format(now=now, before=before)
        causes.append(Cause(kind="method", text=text))
    if families[0] != families[1]:
        text = _("it is corrected for {now} comparisons, before for {before}").format(
            now=families[1], before=families[0]
        )
        causes.append(Cause(kind="new data", text=text))
    if floors[0] != floors[1]:
        before, now = (
            _("not known") if one is None else format_bound(one, quantity) for one in floors
        )
        text = _("the noise floor is {now}, before {before}").format(now=now, before=before)
        causes.append(Cause(kind="new data", text=text))
    return tuple(causes)


def have_same_settings(before: Sequence[Trial], now: Sequence[Trial]) -> bool:
    """Whether both did the same work: the same images and settings, whatever ran them."""
    return _list_work(before) == _list_work(now)


def _list_work(trials: Iterable[Trial]) -> set[str]:
    return {msgspec.structs.replace(trial.spec, seed=0).key for trial in trials}


def _subtract(runs: Sequence[Run], others: Sequence[Run]) -> list[Run]:
    known = {run.sha256 for run in others}
    return [run for run in runs if run.sha256 not in known]


def _compare_method(before: Sequence[Run], now: Sequence[Run]) -> list[Cause]:
    causes = []
    changed = [
        name
        for name, (one, other) in _pair(before, now, lambda trial: trial.spec.framework).items()
        if one
        and other
        and {trial.trainer_sha256 for trial in one} != {trial.trainer_sha256 for trial in other}
    ]
    if changed:
        text = _("the program of {names} changed").format(names=join_words(changed))
        causes.append(Cause(kind="method", text=text))
    for name, words in SETTINGS.items():
        one, other = (
            {_write(getattr(run.trial.spec, name)) for run in runs} for runs in (before, now)
        )
        if one != other:
            causes.append(Cause(kind="method", text=_tell(_(words), one, other)))
    return causes


def _compare_environments(before: Sequence[Run], now: Sequence[Run]) -> list[Cause]:
    """One cause for each framework and property; shared ones once."""
    texts: dict[str, None] = {}
    for one, other in _pair(before, now, lambda trial: trial.spec.framework).values():
        if not one or not other:
            continue
        facts = [_list_facts(trials) for trials in (one, other)]
        for name in dict.fromkeys((*facts[0], *facts[1])):
            values = [fact.get(name, {_("none")}) for fact in facts]
            if values[0] != values[1]:
                texts[_tell(name, *values)] = None
    return [Cause(kind="environment", text=text) for text in texts]


def _pair(
    before: Sequence[Run], now: Sequence[Run], key: Callable[[Trial], str]
) -> Mapping[str, tuple[list[Trial], list[Trial]]]:
    names = dict.fromkeys(key(run.trial) for run in (*before, *now))
    return {
        name: (
            [run.trial for run in before if key(run.trial) == name],
            [run.trial for run in now if key(run.trial) == name],
        )
        for name in names
    }


def _list_facts(trials: Iterable[Trial]) -> dict[str, set[str]]:
    facts: dict[str, set[str]] = {}
    for trial in trials:
        machine = trial.environment
        told = {
            _("processor"): machine.cpu,
            _("cores"): str(machine.cores),
            _("memory"): format_memory(machine.memory_bytes),
            "GPU": machine.gpu or _("none"),
            _("system"): machine.os,
            "Python": machine.python,
            **machine.versions,
        }
        for name, value in told.items():
            facts.setdefault(name, set()).add(value)
    return facts


def _compare_images(old: Runs, new: Runs, before: Sequence[Run], now: Sequence[Run]) -> str:
    one, other = ({run.trial.spec.dataset_sha256 for run in runs} for runs in (before, now))
    if one == other:
        return ""
    titles = [
        {runs.titles.get(run.trial.spec.dataset_sha256, run.trial.spec.dataset) for run in found}
        for runs, found in ((old, before), (new, now))
    ]
    if titles[0] == titles[1]:
        return _("other images of {titles}").format(titles=join_words(sorted(titles[1])))
    before_titles, now_titles = (join_words(sorted(one)) for one in titles)
    return _("images of {now}, before {before}").format(now=now_titles, before=before_titles)


def _tell(name: str, before: set[str], now: set[str]) -> str:
    return _("{name} {now}, before {before}").format(
        name=name, now=join_words(sorted(now)), before=join_words(sorted(before))
    )


def _write(value: object) -> str:
    return _("all") if value is None else str(value)


def _count(runs: Sequence[Run]) -> str:
    """'3 runs of pytorch and 2 of tensorflow'."""
    (name, count), *rest = sorted(Counter(run.trial.spec.framework for run in runs).items())
    first = ngettext("{count} run of {name}", "{count} runs of {name}", count)
    parts = [first.format(count=count, name=name)]
    parts += [_("{count} of {name}").format(count=count, name=name) for name, count in rest]
    return join_words(parts)
