"""What is asked of a training, and what it brought: two records."""

from typing import Literal

import msgspec

from dlsurvey.records import SCHEMA, Dataset, Gap, Mode, Parity, Protocol, Record, Sha256, Studies
from experiments.devices import Choice
from experiments.executors import Kind
from experiments.profiles import Profile

Suite = Literal["code", "contact", "deployment", "limit", "scale"]


class Request(Record, frozen=True, kw_only=True):
    """What is to be trained."""

    workloads: tuple[str, ...]
    more: tuple[str, ...] = ()
    """Workloads that are trained too where the budget has room for all that the others have."""
    frameworks: tuple[str, ...]
    profile: Profile
    protocols: tuple[Protocol, ...] = ("controlled", "idiomatic")
    mode: Mode | Literal["all"] | None = None
    """None: each framework's own default, and the others where the profile has room for them."""
    device: Choice = "auto"
    suites: tuple[Suite, ...] = ()
    """What is measured beside training."""
    executor: Kind = "local"
    """Where the trials run."""
    offline: bool = False
    force: bool = False
    """Measure again what is stored already."""


class Training(Record, frozen=True, kw_only=True):
    """What the last training brought: the trials that the next edition stands on."""

    schema: int = SCHEMA
    profile: str
    offline: bool
    plan: str
    datasets: tuple[Dataset, ...]
    trials: tuple[str, ...]
    parity: tuple[Parity, ...] = ()
    samples: tuple[Sha256, ...] = ()
    gradients: Sha256 | None = None
    deployments: Sha256 | None = None
    studies: Studies = Studies()
    gaps: tuple[Gap, ...]
    basis: dict[str, str] = msgspec.field(default_factory=dict)
    """What it depended on; empty in records of older versions."""
