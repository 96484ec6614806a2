"""Turns what is known of the machine's other work into marks on trials, and a sentence."""

from collections.abc import Sequence

from dlsurvey.language import gettext as _
from dlsurvey.records import Load, Trial

FOREIGN_CORES = 0.25
"""From so many processors on that other processes keep busy, a trial is marked: its times may show
it, and stand behind no verdict. So they do beside another trial on the same processors."""


def is_loaded(trial: Trial) -> bool:
    """Whether other work ran beside it, or it could not run all the time; False where nobody tells."""
    return is_disturbed(trial.load)


def is_disturbed(load: Load | None) -> bool:
    """Whether others were busy, another trial ran beside it, or the machine slept or it was stopped."""
    if load is None:
        return False
    busy = (load.foreign_cores or 0.0) >= FOREIGN_CORES
    return busy or bool(load.trials_beside) or bool(load.paused_seconds)


def read_paused_seconds(trial: Trial) -> float:
    """How long the machine slept or the process was stopped during it."""
    return 0.0 if trial.load is None else trial.load.paused_seconds or 0.0


def read_foreign_cores(trial: Trial) -> float | None:
    """How many processors other processes kept busy on average; None where nobody tells."""
    return None if trial.load is None else trial.load.foreign_cores


def describe_load(trials: Sequence[Trial]) -> str:
    """What other processes did during these trials; empty where no trial tells."""
    told = [cores for cores in map(read_foreign_cores, trials) if cores is not None]
    if not told:
        return ""
    loaded = [cores for cores in told if cores >= FOREIGN_CORES]
    sentences = []
    if loaded:
        low, high = f"{min(loaded):.2f}", f"{max(loaded):.2f}"
        span = low if low == high else _("{low} to {high}").format(low=low, high=high)
        sentences.append(
            _(
                "During {loaded} of {count} trials other processes kept {span} processors"
                " busy on average; these trials are marked, and their times take part in no"
                " verdict: they may be longer than the machine needs alone."
            ).format(loaded=len(loaded), count=len(trials), span=span)
        )
    else:
        sentences.append(
            _(
                "During {trials} other processes kept less than {cores} processors busy on average."
            ).format(trials=_count(len(told), len(trials)), cores=FOREIGN_CORES)
        )
    if beside := sum(bool(one.load and one.load.trials_beside) for one in trials):
        sentences.append(
            _(
                "{beside} of {count} trials ran beside another trial on the same processors: their"
                " times take part in no verdict either."
            ).format(beside=beside, count=len(trials))
        )
    if paused := [seconds for seconds in map(read_paused_seconds, trials) if seconds]:
        sentences.append(
            _(
                "During {paused} of {count} trials the machine slept or the process was stopped, for"
                " up to {seconds} s: their times take part in no verdict either."
            ).format(paused=len(paused), count=len(trials), seconds=f"{max(paused):,.1f}")
        )
    if silent := len(trials) - len(told):
        sentences.append(
            _("Of {trials} it was not recorded.").format(trials=_count(silent, len(trials)))
        )
    return " ".join(sentences)


def describe_frequency(trials: Sequence[Trial]) -> str:
    """Between which frequencies the processors ended the trials; empty where no trial tells."""
    told = [
        trial.load.frequency_mhz
        for trial in trials
        if trial.load is not None and trial.load.frequency_mhz is not None
    ]
    if not told:
        return ""
    low, high = f"{min(told):,.0f}", f"{max(told):,.0f}"
    text = (
        _("The processors ran at {low} MHz when the trials ended.")
        if low == high
        else _("The processors ran between {low} and {high} MHz when the trials ended.")
    )
    return text.format(low=low, high=high)


def _count(some: int, total: int) -> str:
    text = _("all {total} trials") if some == total else _("{some} of {total} trials")
    return text.format(some=some, total=total)
