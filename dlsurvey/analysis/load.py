"""Turns what is known of the machine's other work into marks on trials, and a sentence."""

from collections.abc import Sequence

from dlsurvey.formats import join_words
from dlsurvey.records import Trial

FOREIGN_CORES = 0.25
"""From so many processors on that other processes keep busy, a trial is marked: its times may show it."""


def is_loaded(trial: Trial) -> bool:
    """Whether other processes kept the machine visibly busy while it ran; False where nobody tells."""
    cores = read_foreign_cores(trial)
    return cores is not None and cores >= FOREIGN_CORES


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
        span = low if low == high else f"{low} to {high}"
        sentences.append(
            f"During {len(loaded)} of {len(trials)} trials other processes kept {span} processors"
            " busy on average; these trials are marked, take part in every comparison, and may"
            " show longer times than the machine needs alone."
        )
    else:
        sentences.append(
            f"During {_count(len(told), len(trials))} other processes kept less than"
            f" {FOREIGN_CORES} processors busy on average."
        )
    if silent := len(trials) - len(told):
        sentences.append(f"Of {_count(silent, len(trials))} it was not recorded.")
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
    span = low if low == high else join_words([low, high])
    ran = "at" if low == high else "between"
    return f"The processors ran {ran} {span} MHz when the trials ended."


def _count(some: int, total: int) -> str:
    return f"all {total} trials" if some == total else f"{some} of {total} trials"
