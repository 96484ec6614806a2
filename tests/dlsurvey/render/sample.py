"""Turns nothing into constructed `Findings`: invented numbers of the right shape."""

import base64
import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from dlsurvey.analysis.findings import (
    Card,
    Cover,
    Fact,
    Findings,
    Listing,
    Point,
    Provenance,
    Series,
    Stage,
    Trend,
    WorkloadFindings,
)
from dlsurvey.analysis.measured import (
    BreakEven,
    Comparison,
    Curve,
    Failure,
    Member,
    NoiseFloor,
    Picture,
    Pictures,
    Quantity,
    Spread,
    Verdict,
)
from dlsurvey.analysis.signal import Kind
from dlsurvey.records import (
    Dataset,
    Edition,
    Environment,
    Gap,
    Metrics,
    Mode,
    ObservationStatus,
    Protocol,
    Trial,
    TrialSpec,
)

CREATED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MEASURED = Provenance(
    source="dlsurvey trials", status="measured", date=date(2026, 11, 20), note="constructed"
)
ENVIRONMENT = Environment(
    python="3.11.9",
    os="Linux 6.8 x86_64",
    cpu="Constructed CPU @ 2.50GHz",
    cores=2,
    memory_bytes=8_000_000_000,
    versions={"tensorflow": "2.21.0", "torch": "2.13.0", "keras": "3.13.1", "numpy": "2.3.4"},
    git_commit="0123456789abcdef0123456789abcdef01234567",
)
DIGITS = Dataset(
    name="digits",
    title="Optical handwritten digits",
    sha256="a" * 64,
    train_images=1437,
    test_images=360,
    height=28,
    width=28,
    channels=1,
    classes=tuple("0123456789"),
    origin="The copy that scikit-learn carries, scaled up to 28 by 28.",
    stand_in_for="mnist",
)
TITLES = {"tensorflow": "TensorFlow", "pytorch": "PyTorch", "jax": "JAX", "keras": "Keras"}


def make_cover(**changes: Any) -> Cover:
    """The cover of a constructed coursework."""
    words: dict[str, Any] = {
        "title": "Deep Learning with Python",
        "subtitle": "A comparison of TensorFlow and PyTorch",
        "author": "Ada Example",
        "course": "Programming Paradigms",
        "institution": "Example University",
        "language": "en",
    } | changes
    return Cover(date=date(2026, 11, 20), **words)


def make_spread(centre: float, step: float, runs: int) -> Spread:
    """`runs` values around `centre`, their mean, and where there are several an interval."""
    values = tuple(centre + step * math.sin(2.4 * run) for run in range(runs))
    mean = sum(values) / runs
    half = step * 2 / math.sqrt(runs)
    many = runs > 1
    return Spread(
        values=values,
        seeds=tuple(range(1, runs + 1)),
        mean=mean,
        low=mean - half if many else None,
        high=mean + half if many else None,
    )


def make_confusion(rank: int, runs: int, classes: int = 10) -> tuple[tuple[int, ...], ...]:
    """Mostly right; each class is now and then taken for two others."""
    return tuple(
        tuple(
            runs * 34
            if row == column
            else runs * (1 + rank)
            if column == (row * 3 + 4) % classes
            else int(column == (row + 1) % classes)
            for column in range(classes)
        )
        for row in range(classes)
    )


def make_pictures(edge: int = 28, channels: int = 1, mistaken: int = 12) -> Pictures:
    """Rings and bars that look a little like digits; 1 of each class and `mistaken` misread ones."""

    def draw(label: int, image: int) -> Picture:
        middle = edge / 2
        pixels = bytes(
            max(0, 255 - int(60 * abs(math.hypot(x - middle, y - middle) - 3 - label)))
            for y in range(edge)
            for x in range(edge)
            for _ in range(channels)
        )
        return Picture(
            image=image, label=str(label), pixels=base64.b64encode(pixels).decode("ascii")
        )

    return Pictures(
        height=edge,
        width=edge,
        channels=channels,
        examples=tuple(draw(label, 2 * label + n) for label in range(10) for n in range(2)),
        mistaken=tuple(
            replace(draw(n % 10, 100 + n), predicted=str((n + 3) % 10), wrong=10 - n % 7, told=10)
            for n in range(mistaken)
        ),
    )


def make_break_even(member: Member, mode: str = "compiled", **changes: Any) -> BreakEven:
    """A mode whose longer warm-up is earned back after 2.5 epochs; any field can be replaced."""
    fields: dict[str, Any] = {
        "workload": "mnist-cnn",
        "framework": member.framework,
        "title": member.title,
        "protocol": member.protocol,
        "default_mode": member.mode,
        "mode": mode,
        "default_startup_seconds": 1.4,
        "startup_seconds": 2.4,
        "default_epoch_seconds": 0.8,
        "epoch_seconds": 0.4,
        "verdict": "a_higher",
        "epochs": 2.5,
        "n": member.trials,
        "sentence": f"Constructed: {member.title} {mode} pays after 2.5 epochs.",
    } | changes
    return BreakEven(**fields)


def make_curves(runs: int, epochs: int, speed: float) -> tuple[Curve, ...]:
    """Falling losses and rising accuracies, a little different for each seed."""
    return tuple(
        Curve(
            seed=seed,
            loss=tuple(
                1.6 * math.exp(-speed * epoch) + 0.05 * math.sin(seed + epoch) + 0.1
                for epoch in range(epochs)
            ),
            accuracy=tuple(
                0.99 - 0.5 * math.exp(-speed * epoch) + 0.005 * math.sin(seed + epoch)
                for epoch in range(epochs)
            ),
            test_accuracy=tuple(
                0.98 - 0.3 * math.exp(-speed * (epoch + 1)) + 0.002 * math.sin(seed + epoch)
                for epoch in range(epochs)
            ),
        )
        for seed in range(1, runs + 1)
    )


def make_member(name: str, rank: int, runs: int, epochs: int = 5) -> Member:
    """One framework's constructed trials; `rank` moves its numbers."""
    return Member(
        framework=name,
        title=TITLES.get(name, name),
        mode="graph" if name == "tensorflow" else "eager",
        protocol="idiomatic",
        trials=runs,
        parameters=118_858,
        test_accuracy=make_spread(0.9812 - 0.004 * rank, 0.003, runs),
        test_loss=make_spread(0.071 + 0.01 * rank, 0.006, runs),
        epoch_seconds=make_spread(0.831 + 0.35 * rank, 0.04, runs),
        train_seconds=make_spread(4.2 + 1.6 * rank, 0.2, runs),
        warmup_seconds=make_spread(1.4 - 0.3 * rank, 0.05, runs),
        import_seconds=make_spread(5.1 - 0.9 * rank, 0.1, runs),
        peak_memory_bytes=make_spread(1.21e9 - 2.2e8 * rank, 1.5e7, runs),
        loaded_seeds=(2,) if rank == 1 and runs > 1 else (),
        images_per_second=make_spread(1700.0 - 300 * rank, 60.0, runs),
        step_seconds_median=make_spread(0.0171 + 0.004 * rank, 0.0004, runs),
        step_seconds_p95=make_spread(0.0223 + 0.005 * rank, 0.0009, runs),
        working_memory_bytes=make_spread(5.1e8 - 1.2e8 * rank, 1.5e7, runs),
        seconds_to_target=make_spread(3.7 + 0.9 * rank, 0.3, runs) if rank == 0 else None,
        reached=runs if rank == 0 else 0,
        watched=runs,
        confusion=make_confusion(rank, runs),
        curves=make_curves(runs, epochs, 0.9 - 0.2 * rank),
    )


def make_comparisons(
    workload: str, a: Member, b: Member, accuracy: Verdict = "inconclusive"
) -> tuple[Comparison, ...]:
    """One constructed comparison per quantity; the sentences say what the numbers say."""
    single = a.trials == 1
    relative = -0.3
    measured: tuple[tuple[Quantity, str, Verdict, int], ...] = (
        ("test_accuracy", "test accuracy", accuracy, 0),
        ("epoch_seconds", "seconds per epoch", "b_higher", 1),
        ("peak_memory_bytes", "peak memory", "a_higher", -1),
    )
    return tuple(
        Comparison(
            workload=workload,
            quantity=quantity,
            protocol=a.protocol,
            a=a.framework,
            b=b.framework,
            a_mode=a.mode,
            b_mode=b.mode,
            a_mean=getattr(a, quantity).mean,
            b_mean=getattr(b, quantity).mean,
            effect=getattr(a, quantity).mean - getattr(b, quantity).mean,
            low=None if single else -0.001,
            high=None if single else 0.004,
            relative_effect=sign * relative if sign else None,
            relative_low=sign * relative - 0.02 if sign and not single else None,
            relative_high=sign * relative + 0.02 if sign and not single else None,
            margin=0.05 if sign else 0.005,
            noise_floor=None if single else 0.01,
            p_difference=None if single else 0.01,
            p_equivalence=None if single else 0.9,
            family=6,
            n=a.trials,
            verdict="single_run" if single else verdict,
            sentence=f"Constructed on {words}: {a.title} against {b.title}, n = {a.trials}.",
        )
        for quantity, words, verdict, sign in measured
    )


def make_workload(
    name: str = "mnist-cnn",
    frameworks: tuple[str, ...] = ("tensorflow", "pytorch"),
    runs: int = 5,
    epochs: int = 5,
    accuracy: Verdict = "inconclusive",
) -> WorkloadFindings:
    """One workload with one member per framework."""
    members = tuple(
        make_member(framework, rank, runs, epochs) for rank, framework in enumerate(frameworks)
    )
    return WorkloadFindings(
        name=name,
        title={"mnist-cnn": "MNIST CNN", "cifar10-cnn": "CIFAR-10 CNN"}.get(name, name),
        dataset=DIGITS,
        dataset_note="MNIST could not be had: these numbers come from the optical "
        "handwritten digits instead (constructed example).",
        setup=f"{epochs} epochs, batch size 32, 1,437 images, 2 threads, {runs} trials each.",
        layers=(
            ("Input", "28 × 28 × 1"),
            ("Convolution, 32 filters 5 × 5, ReLU", "24 × 24 × 32"),
            ("Max pooling 2 × 2", "12 × 12 × 32"),
            ("Convolution, 64 filters 5 × 5, ReLU", "8 × 8 × 64"),
            ("Max pooling 2 × 2", "4 × 4 × 64"),
            ("Flatten", "1024"),
            ("Dense, 64 units, ReLU", "64"),
            ("Dense, 10 units", "10"),
        ),
        members=members,
        comparisons=tuple(
            comparison
            for other in members[1:]
            for comparison in make_comparisons(name, members[0], other, accuracy)
        ),
        noise_floors=(
            NoiseFloor(quantity="epoch_seconds", bound=0.012, basis="repeats", freedom=4),
            NoiseFloor(quantity="test_accuracy", bound=0.003, basis="halves", freedom=8),
        )
        if runs > 1
        else (),
        break_evens=tuple(
            make_break_even(member, epochs=epochs)
            for member, epochs in zip(members, (2.5, None), strict=False)
        ),
        load="Constructed: during 1 of 10 trials other processes kept 0.50 processors busy.",
        target_accuracy=0.98,
        pictures=make_pictures(),
        provenance=MEASURED,
    )


RETRIEVED_AT = datetime(2026, 8, 22, 9, 30, tzinfo=UTC)


def make_series(subject: str, values: tuple[float | None, ...], *, published: int = 0) -> Series:
    """One value a year from 2016; None leaves a hole; the first ones are `published`."""
    return Series(
        source="constructed",
        metric="counts",
        retrieved_at=RETRIEVED_AT,
        subject=subject,
        title=TITLES.get(subject, subject),
        points=tuple(
            Point(
                start=date(2016 + year, 12, 31),
                value=value,
                status="published" if year < published else "live",
            )
            for year, value in enumerate(values)
            if value is not None
        ),
        resolution="year",
        method="observed",
    )


def make_provenance(source: str, status: ObservationStatus = "live") -> Provenance:
    """Where a constructed series comes from."""
    return Provenance(
        source=source,
        status=status,
        date=date(2026, 8, 22),
        note="constructed figures",
        url="https://example.org/data?a=1&b=2",
    )


def make_trends() -> tuple[Trend, ...]:
    """One trend of each kind."""
    stars = (
        make_series(
            "tensorflow", (60e3, 90e3, 117667, 139535, None, None, 170018, 179730), published=3
        ),
        make_series("pytorch", (2e3, 9e3, 23298, 35015, None, None, 61311, 74005), published=3),
        make_series("jax", (None, None, None, 4646, None, None, 21305, 26136)),
    )
    downloads = tuple(
        Series(
            source="constructed",
            metric="counts",
            retrieved_at=RETRIEVED_AT,
            subject=subject,
            title=TITLES[subject],
            points=tuple(
                Point(
                    start=date(2026, 5, 1) + timedelta(days=day),
                    value=float(base + 90_000 * math.sin(day / 3.5)),
                    status="live",
                )
                for day in range(120)
                if not 40 <= day < 55
            ),
            resolution="day",
            method="observed",
        )
        for subject, base in (("tensorflow", 700_000), ("pytorch", 1_500_000))
    )
    papers = tuple(
        Series(
            source="constructed",
            metric="counts",
            retrieved_at=RETRIEVED_AT,
            subject=subject,
            title=TITLES[subject],
            points=tuple(
                Point(start=date(2017 + n, 6, 1), value=value, status="published", label=label)
                for n, (label, value) in enumerate(
                    zip(("CVPR 2017", "CVPR 2018", "CVPR 2019", "CVPR 2020"), counts, strict=True)
                )
            ),
            resolution="year",
            method="published",
        )
        for subject, counts in (("tensorflow", (63, 137, 148, 113)), ("pytorch", (0, 89, 294, 418)))
    )
    shares = (make_series("tensorflow", (18.0,)), make_series("pytorch", (47.0,)))
    drawn: tuple[tuple[str, str, str, Kind, tuple[Series, ...]], ...] = (
        ("github-stars", "GitHub stars", "stars", "lines", stars),
        ("pypi-downloads", "PyPI downloads", "downloads a day", "lines", downloads),
        ("conference-papers", "Conference papers", "papers", "bars", papers),
        ("papers-with-code-share", "Share of implementations", "%", "shares", shares),
    )
    return tuple(
        Trend(
            key=key,
            title=title,
            unit=unit,
            meaning="Constructed: what this signal can tell and what it cannot.",
            kind=kind,
            series=series,
            sentence=f"Constructed sentence on {title.lower()}.",
            alt=f"Constructed alternative text on {title.lower()}: 17 and 4.",
            provenance=tuple(make_provenance(f"{title} source") for _ in series),
        )
        for key, title, unit, kind, series in drawn
    )


TF_TRAIN = '''\
def train(model: Sequential, tools: None, data: Arrays, spec: Spec, journal: Journal) -> None:
    """`fit` is the training loop."""
    model.fit(
        data.images,
        data.labels,
        batch_size=spec.batch_size,
        epochs=spec.epochs,
        callbacks=[JournalCallback(journal)],
    )
'''
TORCH_TRAIN = '''def train(
    model: nn.Sequential,
    tools: tuple[nn.CrossEntropyLoss, optim.Adam],
    data: DataLoader,
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """The training loop is written out."""
    loss_function, optimizer = tools
    model.train()
    for _ in range(spec.epochs):
        loss_sum, correct, seen = 0.0, 0, 0
        for images, labels in data:
            logits = model(images)
            loss = loss_function(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(labels)
            correct += (logits.argmax(1) == labels).sum().item()  # this has to wrap
        journal.end_epoch(loss_sum / seen, correct / seen)
'''


def make_stage(key: str, title: str, codes: dict[str, str]) -> Stage:
    """One stage, with one listing per framework."""
    return Stage(
        key=key,
        title=title,
        explanation=f"Constructed explanation of '{title}'.",
        listings=tuple(
            Listing(
                framework=name,
                program=name,
                title=TITLES.get(name, name),
                stage=key,
                code=code,
                first_line=40,
                source_sha256="b" * 64,
            )
            for name, code in codes.items()
        ),
    )


def make_trials(workload: WorkloadFindings) -> tuple[Trial, ...]:
    """The completed trials behind a workload's members, and one that failed."""
    trials = []
    for member in workload.members:
        for curve, accuracy in zip(member.curves, member.test_accuracy.values, strict=True):
            metrics = Metrics(
                parameters=member.parameters,
                epoch_loss=curve.loss,
                epoch_accuracy=curve.accuracy,
                epoch_seconds=tuple(0.8 for _ in curve.loss),
                test_loss=0.07,
                test_accuracy=accuracy,
                import_seconds=5.0,
                data_seconds=0.2,
                build_seconds=0.1,
                warmup_seconds=1.3,
                train_seconds=0.8 * len(curve.loss),
                evaluation_seconds=0.2,
                import_memory_bytes=400_000_000,
                peak_memory_bytes=1_200_000_000,
            )
            trials.append(_make_trial(workload, member, curve.seed, metrics))
    trials.append(_make_trial(workload, workload.members[0], 99, None))
    return tuple(trials)


def _make_trial(
    workload: WorkloadFindings, member: Member, seed: int, metrics: Metrics | None
) -> Trial:
    spec = TrialSpec(
        workload=workload.name,
        framework=member.framework,
        dataset=workload.dataset.name,
        dataset_sha256=workload.dataset.sha256,
        mode=convert(member.mode, Mode),
        protocol=convert(member.protocol, Protocol),
        seed=seed,
        epochs=5,
        batch_size=32,
        threads=2,
    )
    return Trial(
        spec=spec,
        status="completed" if metrics else "failed",
        reason=None if metrics else "Constructed failure: the process ran out of time.",
        started_at=CREATED,
        metrics=metrics,
        environment=ENVIRONMENT,
        trainer_sha256="b" * 64,
    )


def make_edition() -> Edition:
    """The edition record of the constructed report."""
    return Edition(
        id="2026-11-20-a1b2c3",
        created_at=CREATED,
        profile="quick",
        offline=True,
        config_sha256="c" * 64,
        evidence_sha256="d" * 64,
        observation_lines={"github-stars": 63},
        trials=("0123456789abcdef/1",),
        datasets=(DIGITS,),
        plan="Two workloads, two frameworks, five seeds each (constructed).",
        gaps=(),
        previous=None,
        versions={"dlsurvey": "0.1.0"},
        environment=ENVIRONMENT,
    )


def make_cards() -> tuple[Card, ...]:
    """Two overview cards."""
    return tuple(
        Card(
            name=name,
            title=TITLES[name],
            summary=f"Constructed summary of {TITLES[name]} in one sentence.",
            facts=(
                Fact(
                    label="Newest stable version",
                    text=version,
                    provenance=make_provenance("Package index"),
                ),
                Fact(
                    label="First release",
                    text=first,
                    provenance=make_provenance("Term project", "published"),
                ),
            ),
        )
        for name, version, first in (
            ("tensorflow", "2.21.0 (6 March 2026)", "November 2015"),
            ("pytorch", "2.13.0 (8 July 2026)", "October 2016"),
        )
    )


def make_findings(**changes: Any) -> Findings:
    """A whole constructed edition; any field can be replaced."""
    workloads = (
        make_workload(),
        make_workload("cifar10-cnn", runs=3, epochs=10, accuracy="equivalent"),
    )
    fields: dict[str, Any] = {
        "cover": make_cover(),
        "edition": make_edition(),
        "cards": make_cards(),
        "workloads": workloads,
        "failures": (
            Failure(
                workload="mnist-cnn", framework="tensorflow", seed=99, reason="Ran out of time."
            ),
        ),
        "trends": make_trends(),
        "stages": (
            make_stage("train", "Train", {"tensorflow": TF_TRAIN, "pytorch": TORCH_TRAIN}),
            make_stage(
                "loss",
                "Choose the loss and the optimiser",
                {
                    "tensorflow": "model.compile(optimizer=optimizers.Adam(), loss=loss)\n",
                    "pytorch": "optimizer = optim.Adam(model.parameters())\n",
                },
            ),
        ),
        "conclusions": (
            "Constructed conclusion: on the MNIST CNN no clear difference in accuracy was found.",
            "Constructed conclusion: TensorFlow took less time per epoch.",
        ),
        "trials": make_trials(workloads[0]),
        "gaps": (
            Gap(
                what="Google Trends",
                why="The source cannot be reached from here.",
                cure="Export the CSV by hand: dlsurvey import google-trends multiTimeline.csv",
            ),
        ),
        "created_at": CREATED,
    } | changes
    return Findings(**fields)
