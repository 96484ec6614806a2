"""Constructed sweeps, matrix products and first contacts; the numbers are made to be told apart."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from dlsurvey.analysis.sizes import StudyFindings
from dlsurvey.analysis.studies import Measured, assess_studies
from dlsurvey.records import Load, Trial
from dlsurvey.settings import Margins
from experiments.contact.record import Contact, Contacts, ImportRun, Installation
from experiments.frameworks import JAX, PYTORCH, TENSORFLOW, Framework
from experiments.limit.product import Product, ProductRun, Products
from experiments.rounds import Subject
from experiments.scale import Point, find_base, list_points, list_specs, read_point
from tests.dlsurvey.samples import NOON, make_metrics
from tests.experiments.samples import DATASET, ENVIRONMENT, MNIST_CNN

QUIET = Load(load_average=0.1, foreign_cores=0.02, frequency_mhz=2600.0, trials_beside=0)
BUSY = Load(load_average=4.0, foreign_cores=1.5, frequency_mhz=2600.0, trials_beside=0)
Seconds = Callable[[str, Point], float]


def make_subject(framework: Framework) -> Subject:
    return Subject(
        workload=MNIST_CNN, framework=framework, dataset=DATASET, mode=framework.modes[0]
    )


def take_time(framework: str, point: Point) -> float:
    """TensorFlow is slower in small batches, PyTorch in large ones; otherwise as 0.9 to 1."""
    seconds = 2.0 / point.threads * (0.1 + 4 / point.batch_size)
    if framework == "pytorch":
        return seconds * (0.6 if point.batch_size < 100 else 1.5)
    return seconds


def make_sweeps(
    seconds: Seconds = take_time,
    seeds: int = 4,
    frameworks: Sequence[Framework] = (TENSORFLOW, PYTORCH),
    load: Load = QUIET,
) -> tuple[Trial, ...]:
    """Every point of every sweep; runs of one point differ by one in a hundred."""
    points = list_points(find_base(MNIST_CNN.batch_size, 2), 2)
    subjects = [make_subject(framework) for framework in frameworks]
    trials = []
    for seed in range(seeds):
        for spec in list_specs(subjects, points, seed, "cpu"):
            point = read_point(spec)
            epoch = seconds(spec.framework, point) * (1 + 0.01 * (seed % 3))
            size = 400_000_000 + 100_000 * point.batch_size
            metrics = make_metrics(
                epoch_seconds=(1.2 * epoch, epoch, epoch, epoch),
                peak_memory_bytes=size + 1_000_000 * seed,
            )
            trials.append(
                Trial(
                    spec=spec,
                    status="completed",
                    reason=None,
                    started_at=NOON,
                    metrics=metrics,
                    environment=ENVIRONMENT,
                    trainer_sha256="a" * 64,
                    load=load,
                )
            )
    return tuple(trials)


def make_products(**changes: object) -> Products:
    """PyTorch multiplies fastest: 100 GFLOP/s."""
    size = 2048
    made = [
        (TENSORFLOW, 80e9),
        (PYTORCH, 100e9),
        (JAX, 90e9),
    ]
    products = Products(
        measured_at=NOON,
        environment=ENVIRONMENT,
        threads=2,
        device="cpu",
        size=size,
        warmup_seconds=0.5,
        products=tuple(
            Product(
                framework=framework.name,
                title=framework.title,
                version="1.0",
                runs=tuple(
                    ProductRun(seconds=(2 * size**3 / rate * (1 + 0.01 * run),) * 3, load=QUIET)
                    for run in (-1, 0, 1)
                ),
            )
            for framework, rate in made
        ),
    )
    return replace(products, **changes)


def make_contacts() -> Contacts:
    """One that was installed, and one that could not be."""
    made = []
    for place, framework in enumerate((TENSORFLOW, PYTORCH)):
        installation = Installation(
            requirements=(f"{framework.package}==1.0",),
            venv_seconds=3.0,
            install_seconds=25.0,
            import_seconds=4.0,
            build_seconds=0.2,
            step_seconds=1.0,
            size_bytes=2_130_000_000,
            packages=31,
            load=BUSY,
        )
        if place:
            installation = Installation(
                requirements=(f"{framework.package}==1.0",),
                error="pip install: ERROR: No matching distribution found for torch==1.0",
                venv_seconds=3.0,
            )
        made.append(
            Contact(
                framework=framework.name,
                title=framework.title,
                versions={framework.package: "1.0"},
                imports=(framework.package,),
                runs=tuple(
                    ImportRun(
                        import_seconds=2.0 + place + 0.05 * run,
                        process_seconds=2.5 + place + 0.05 * run,
                        load=QUIET,
                    )
                    for run in range(5)
                ),
                present_bytes=1_900_000_000,
                present_packages=30,
                installation=installation,
            )
        )
    return Contacts(measured_at=NOON, environment=ENVIRONMENT, images=32, contacts=tuple(made))


def make_studies() -> StudyFindings:
    """All three, with nothing beside them."""
    measured = Measured(make_contacts(), make_products(), make_sweeps())
    return assess_studies(measured, (), (), (DATASET,), Margins(), ())
