"""Turns a training plan into what it will be able to see, said before it starts."""

import subprocess
from collections import Counter

import msgspec

from experiments.child import make_command
from experiments.plan import Plan

USUAL_VARIATION = 0.03
"""Assumed spread of the paired time difference between seeds: about 3 % on a quiet machine."""
QUESTIONS = 3
"""Accuracy, time and memory are asked of each pair in each protocol."""


def describe_power(plan: Plan) -> str:
    """The smallest difference in time per epoch that this plan finds four times in five.

    Says so where there are too few pairs for any verdict.
    """
    # A run repeated with nothing changed is no further seed.
    different = dict.fromkeys(plan.specs)
    seeds = Counter((spec.workload, spec.protocol, spec.framework, spec.mode) for spec in different)
    if not seeds:
        return "With nothing to train there is nothing to see."
    families = {(workload, protocol): 0 for workload, protocol, _, _ in seeds}
    for workload, protocol, _, _ in seeds:
        families[workload, protocol] += 1
    pairs = sum(members * (members - 1) // 2 for members in families.values())
    most = max(seeds.values())
    if not pairs:
        return "One framework alone is compared with nothing."
    effect = _ask(most, max(1, pairs * QUESTIONS))
    if effect is None:
        return (
            f"With {most} seed{'s' if most > 1 else ''} no verdict is possible: three paired ones"
            " are the least. Give it more time (--budget), or seeds (--seeds)."
        )
    return (
        f"What it will be able to see: with {most} paired seeds and a spread of"
        f" {USUAL_VARIATION:.0%} between pairs, a difference of {effect:.0%} in time per epoch"
        " is found four times in five."
    )


def _ask(pairs: int, comparisons: int) -> float | None:
    answer = subprocess.run(
        make_command("experiments.power"),
        input=msgspec.json.encode((pairs, USUAL_VARIATION, comparisons)),
        capture_output=True,
        check=True,
    )
    return msgspec.json.decode(answer.stdout, type=float | None)
