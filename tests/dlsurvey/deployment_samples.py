"""Constructed ways out of frameworks: invented numbers of the right shape."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from dlsurvey.records import Environment
from experiments.deployment.record import Answers, Deployment, Deployments, Run, Serialization

ENVIRONMENT = Environment(
    python="3.11.9", os="Linux", cpu="Constructed CPU", cores=2, memory_bytes=8 * 10**9, versions={}
)
SAME = Answers(
    max_difference=1e-5,
    largest_logit=13.0,
    changed=0,
    images=360,
    accuracy=0.975,
    trained_accuracy=0.975,
    same=True,
    finding="",
)
ALTERED = replace(SAME, max_difference=2.0, accuracy=0.4, same=False, finding="it is altered")
TITLES = {"litert": "LiteRT", "executorch": "ExecuTorch", "onnx": "ONNX"}


def make_run(image_seconds: float, **changes: Any) -> Run:
    run = Run(
        import_seconds=0.05,
        load_seconds=0.01,
        first_seconds=0.001,
        image_seconds_median=image_seconds,
        image_seconds_p95=1.2 * image_seconds,
        image_repeats=200,
        batch_seconds_median=50 * image_seconds,
        batch_seconds_p95=60 * image_seconds,
        batch_repeats=40,
        peak_memory_bytes=80_000_000,
        frameworks=(),
        foreign_cores=0.0,
    )
    return replace(run, **changes)


def make_deployment(
    framework: str, route: str, seconds: tuple[float, ...] = (), **changes: Any
) -> Deployment:
    """Completed with these times, one a process; failed where there are none."""
    deployment = Deployment(
        workload="mnist-cnn",
        framework=framework,
        title={"tensorflow": "TensorFlow", "pytorch": "PyTorch"}.get(framework, framework),
        route=route,
        route_title=TITLES.get(route, route),
        way="",
        precision="float32",
        runtime=route,
        runtime_title=TITLES.get(route, route),
        versions={framework: "1.0"},
        status="completed" if seconds else "failed",
        error="" if seconds else "ValueError: <script>no</script>",
        export_seconds=1.0 if seconds else None,
        size_bytes=478_000 if seconds else None,
        files=1 if seconds else None,
        runtime_bytes=140_000_000,
        runtime_packages=5,
        runs=tuple(map(make_run, seconds)),
        answers=SAME if seconds else None,
    )
    return replace(deployment, **changes)


def make_record(*deployments: Deployment) -> Deployments:
    return Deployments(
        measured_at=datetime(2026, 11, 20, tzinfo=UTC),
        environment=ENVIRONMENT,
        threads=2,
        deployments=deployments,
        serializations=(
            Serialization(
                workload="mnist-cnn",
                framework="pytorch",
                title="PyTorch",
                form="state_dict, torch.save",
                status="completed",
                save_seconds=0.002,
                load_seconds=0.001,
                repeats=5,
                size_bytes=476_000,
                same=True,
            ),
            Serialization(
                workload="mnist-cnn",
                framework="jax",
                title="JAX",
                form="Orbax checkpoint",
                status="failed",
                error="ImportError: no orbax",
            ),
        ),
    )


FASTER = make_deployment("tensorflow", "litert", (40e-6, 41e-6, 40.5e-6))
SLOWER = make_deployment("pytorch", "executorch", (60e-6, 61e-6, 60.2e-6))
"""By half, which is far more than either varies."""
