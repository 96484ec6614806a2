"""Turns nothing into editions that strain a layout: empty, crowded, hostile, in a far script."""

from dataclasses import dataclass

from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.measured import LedgerRow
from dlsurvey.records import Gap, ParityCheck
from tests.dlsurvey.render.sample import make_cover, make_findings, make_stage, make_workload

NAMES = ("tensorflow", "pytorch", "jax", "keras")
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} & \" ' \\ <!--item--> \N{RIGHT-TO-LEFT OVERRIDE}"
KOREAN = "파이썬 딥러닝 프레임워크의 비교 조사"


@dataclass(frozen=True)
class Extreme:
    """One edition that a layout must bear."""

    name: str
    findings: Findings

    def __str__(self) -> str:
        return self.name


def make_empty() -> Findings:
    """Every source is missing, and nothing was trained."""
    return make_findings(
        cards=(),
        workloads=(),
        failures=(),
        trends=(),
        stages=(),
        conclusions=(),
        trials=(),
        gaps=tuple(
            Gap(what=source, why="No connection could be made.", cure="Run `dlsurvey collect`.")
            for source in ("GitHub", "PyPI", "Stack Overflow", "Google Trends", "OpenAlex")
        ),
    )


def make_lonely() -> Findings:
    """One framework, one run."""
    return make_findings(
        workloads=(make_workload(runs=1, frameworks=("pytorch",)),),
        stages=(make_stage("train", "Train", {"pytorch": "loss.backward()\n" * 30}),),
    )


def make_crowded() -> Findings:
    """Four frameworks with 30 seeds each, and much of everything else."""
    workload = make_workload(runs=30, frameworks=NAMES)
    ledger = tuple(
        LedgerRow(name=f"default {n}", values=tuple(f"{n} in {name}" for name in NAMES))
        for n in range(30)
    )
    checks = tuple(
        ParityCheck(
            workload="mnist-cnn",
            a=a,
            b=b,
            quantity="logits",
            max_relative_difference=1e-15,
            tolerance=1e-10,
            passed=True,
            explanation="",
        )
        for a in NAMES
        for b in NAMES
        if a < b
    )
    return make_findings(
        cover=make_cover(author="Jürgen Müßig " + "W" * 47),
        workloads=(replace(workload, ledger=ledger, parity=checks * 4),),
        conclusions=tuple(f"{n}. " + "A conclusion of some length. " * 12 for n in range(14)),
        gaps=tuple(Gap(what=f"Gap {n}", why="why " * 400, cure="W" * 500) for n in range(20)),
        stages=(make_stage("train", "Train", dict.fromkeys(NAMES, "x = 1\n" * 90)),),
    )


def make_korean() -> Findings:
    """A cover and reasons in Hangul, whether or not this machine has letters for it."""
    return make_findings(
        cover=make_cover(
            title=KOREAN * 3, author="김서연", course=KOREAN, institution=KOREAN, subtitle=KOREAN
        ),
        gaps=(Gap(what=KOREAN, why=f"{KOREAN} " * 12, cure="".join(KOREAN.split()) * 9),),
    )


def make_hostile() -> Findings:
    """Markup, template syntax and endless words wherever a source or a user may write."""
    made = make_findings(
        cover=make_cover(
            title=HOSTILE * 3,
            author=HOSTILE,
            course=HOSTILE,
            institution="W" * 60,
            subtitle=HOSTILE,
        ),
        gaps=(Gap(what=HOSTILE, why=HOSTILE * 30, cure="`" * 40 + HOSTILE),),
        conclusions=(HOSTILE, "W" * 900),
        stages=(make_stage("train", HOSTILE, {"pytorch": f"x = '''{HOSTILE}'''\n" + "y" * 400}),),
    )
    trend = made.trends[0]
    return replace(
        made,
        trends=(replace(trend, title=HOSTILE, sentence=HOSTILE * 4, notes=(HOSTILE * 9,) * 6),),
        workloads=(replace(made.workloads[0], title=HOSTILE, dataset_note=HOSTILE * 5),),
    )


EXTREMES = (
    Extreme("every source missing", make_empty()),
    Extreme("one framework, one run", make_lonely()),
    Extreme("four frameworks, 30 seeds, a long author", make_crowded()),
    Extreme("Korean words", make_korean()),
    Extreme("hostile words", make_hostile()),
)
