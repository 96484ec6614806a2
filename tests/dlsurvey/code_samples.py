"""The programs as they are now, and their listings, as an edition would hold them."""

from dlsurvey.analysis.findings import Stage
from dlsurvey.analysis.listings import list_stages
from dlsurvey.analysis.studied import ProgramSource
from experiments.frameworks import FRAMEWORKS, hash_program
from experiments.workloads import list_workloads


def make_programs(workload: str | None = None) -> tuple[ProgramSource, ...]:
    """Of every workload, or of one, in every framework."""
    known = [one for one in list_workloads() if workload in (None, one.name)]
    return tuple(
        ProgramSource(
            workload=one.name,
            framework=framework.name,
            program=framework.program,
            title=framework.title,
            sha256=hash_program(one, framework),
            text=one.programs[framework.program],
        )
        for one in known
        if len(one.programs) == len({framework.program for framework in FRAMEWORKS})
        for framework in FRAMEWORKS
    )


def make_stages() -> tuple[Stage, ...]:
    return list_stages(make_programs("mnist-cnn"))
