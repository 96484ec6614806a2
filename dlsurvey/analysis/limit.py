"""Turns counted operations and the machine's attainable rate into how near the limit training came.

The limit is what a large matrix product attains here in float32, with the threads of the trials:
the highest of the frameworks', since all of them ran on the same processors. Training at it is out
of reach: convolutions of small images, batch after batch, are no large products.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.load import is_disturbed
from dlsurvey.analysis.measured import Member
from dlsurvey.analysis.modes import choose_leading
from dlsurvey.analysis.sizes import Attained, LimitFindings, Multiplied, Work
from dlsurvey.analysis.spread import summarize
from dlsurvey.formats import format_percent, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from dlsurvey.records import Trial
from experiments.limit.product import Product, Products, find_rate
from experiments.operations import count_backward, count_forward
from experiments.workloads import list_workloads


def assess_limit(
    products: Products, workloads: Sequence[WorkloadFindings], trials: Iterable[Trial]
) -> LimitFindings | None:
    """None where no product came to its end."""
    multiplied = tuple(_describe_product(products, one) for one in products.products)
    rates = [(one.rate.mean, one.title) for one in multiplied if one.rate is not None]
    if not rates:
        return None
    limit, title = max(rates)
    multiplied = tuple(
        replace(one, share=one.rate.mean / limit) if one.rate is not None else one
        for one in multiplied
    )
    works = tuple(_count(one) for one in workloads)
    comparable = {
        (trial.spec.workload, trial.spec.framework, trial.spec.device)
        for trial in trials
        if _is_same_machine(products, trial)
    }
    attained = tuple(
        found
        for workload, work in zip(workloads, works, strict=True)
        for member in choose_leading(workload.members)
        if (workload.name, member.framework, member.device) in comparable
        and (found := _attain(workload, work, member, limit)) is not None
    )
    return LimitFindings(
        products=products,
        multiplied=multiplied,
        limit=limit,
        limit_title=title,
        works=works,
        attained=attained,
        sentences=(
            _describe_rate(products, limit, title),
            *_describe_attained(attained),
            *_describe_disturbance(multiplied, attained),
        ),
    )


def write_rate(operations_per_second: float) -> str:
    """'212 GFLOP/s'; a tenth of one below ten."""
    value = operations_per_second / 1e9
    return f"{value:,.1f} GFLOP/s" if value < 10 else f"{value:,.0f} GFLOP/s"


def write_operations(count: int) -> str:
    """'14.2 MFLOP'."""
    return f"{count / 1e6:,.1f} MFLOP"


def _describe_product(products: Products, product: Product) -> Multiplied:
    rates = {place: find_rate(products, run) for place, run in enumerate(product.runs)}
    return Multiplied(
        framework=product.framework,
        title=product.title,
        version=product.version,
        rate=summarize(rates) if rates else None,
        loaded=tuple(place for place, run in enumerate(product.runs) if is_disturbed(run.load)),
        error=product.error,
    )


def _count(workload: WorkloadFindings) -> Work:
    network = next(one for one in list_workloads() if one.name == workload.name)
    return Work(
        workload=workload.name,
        title=workload.title,
        forward=count_forward(network),
        backward=count_backward(network),
    )


def _is_same_machine(products: Products, trial: Trial) -> bool:
    """Processors, threads and device as they were for the products."""
    here, there = products.environment, trial.environment
    return (trial.spec.threads, trial.spec.device, trial.spec.precision) == (
        products.threads,
        products.device,
        "float32",
    ) and (here.cpu, here.cores, here.gpu) == (there.cpu, there.cores, there.gpu)


def _attain(
    workload: WorkloadFindings, work: Work, member: Member, limit: float
) -> Attained | None:
    """Images a second, times the operations of one image."""
    images = member.images_per_second
    if images is None:
        return None
    each = work.forward + work.backward
    rate = summarize(
        {seed: each * value for seed, value in zip(images.seeds, images.values, strict=True)}
    )
    return Attained(
        workload=workload.name,
        workload_title=workload.title,
        framework=member.framework,
        title=member.title,
        mode=member.mode,
        protocol=member.protocol,
        rate=rate,
        share=rate.mean / limit,
        loaded_seeds=member.loaded_seeds,
    )


def _describe_rate(products: Products, limit: float, title: str) -> str:
    return _(
        "A product of two {size:,} × {size:,} matrices in float32 attained {rate} on {threads}, in"
        " {title}: this is taken as the limit."
    ).format(
        size=products.size,
        rate=write_rate(limit),
        threads=ngettext("{n} thread", "{n} threads", products.threads).format(n=products.threads),
        title=title,
    )


def _describe_attained(attained: Sequence[Attained]) -> tuple[str, ...]:
    """One sentence for each workload and protocol; it names shares, and calls nobody faster."""
    by_setting: dict[tuple[str, str], list[Attained]] = {}
    for one in attained:
        by_setting.setdefault((one.workload_title, one.protocol), []).append(one)
    return tuple(
        _("{workload}, {protocol} protocol: training came to {shares} of the limit.").format(
            workload=workload,
            protocol=protocol,
            shares=join_words(
                [
                    _("{share} ({rate}) in {title}").format(
                        share=format_percent(one.share),
                        rate=write_rate(one.rate.mean),
                        title=one.title,
                    )
                    for one in here
                ]
            ),
        )
        for (workload, protocol), here in by_setting.items()
    )


def _describe_disturbance(
    multiplied: Sequence[Multiplied], attained: Sequence[Attained]
) -> tuple[str, ...]:
    """That some of it ran beside other work; nothing where none did."""
    products = sum(len(one.loaded) for one in multiplied)
    runs = sum(len(one.loaded_seeds) for one in attained)
    if not products and not runs:
        return ()
    return (
        _(
            "Other work ran beside {products} of the products' processes and {runs} of the trainings:"
            " alone the machine may be faster at both, and the shares may be others."
        ).format(products=products, runs=runs),
    )
