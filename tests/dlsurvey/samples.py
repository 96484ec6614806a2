"""Constructed records that the tests of the spine share."""

from datetime import UTC, date, datetime
from typing import Any

from dlsurvey.records import Metrics, Observation, Trial
from tests.experiments.samples import ENVIRONMENT, make_spec

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make_observation(**changes: Any) -> Observation:
    values: dict[str, Any] = {
        "source": "github",
        "subject": "pytorch",
        "metric": "stars",
        "start": date(2026, 11, 20),
        "resolution": "day",
        "value": 102529,
        "unit": "stars",
        "retrieved_at": NOON,
        "url": "https://example.org/repos/pytorch",
        "status": "live",
        "method": "observed",
    }
    return Observation(**(values | changes))


def make_metrics(**changes: Any) -> Metrics:
    values: dict[str, Any] = {
        "parameters": 118346,
        "epoch_loss": (1.2, 0.4),
        "epoch_accuracy": (0.6, 0.9),
        "epoch_seconds": (5.0, 4.0),
        "test_loss": 0.3,
        "test_accuracy": 0.9,
        "import_seconds": 2.0,
        "data_seconds": 0.1,
        "build_seconds": 0.1,
        "warmup_seconds": 0.5,
        "train_seconds": 9.0,
        "evaluation_seconds": 0.4,
        "import_memory_bytes": 400_000_000,
        "peak_memory_bytes": 800_000_000,
    }
    return Metrics(**(values | changes))


def make_trial(framework: str = "tensorflow", seed: int = 0, **changes: Any) -> Trial:
    """A completed trial, or with `reason` a failed one."""
    reason = changes.pop("reason", None)
    return Trial(
        spec=make_spec(framework, seed),
        status="completed" if reason is None else "failed",
        reason=reason,
        started_at=NOON,
        metrics=make_metrics(**changes) if reason is None else None,
        environment=ENVIRONMENT,
        trainer_sha256="a" * 64,
    )
