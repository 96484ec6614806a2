"""Turns how much time somebody has into how much is trained: the profiles and what they ask for."""

from dlsurvey.records import Record


class Profile(Record, frozen=True, kw_only=True):
    """How much work a build puts into training."""

    name: str
    epochs: int | None
    """None: the workload's own."""
    seeds: int | None
    """None: three, and more where the budget has room."""
    train_limit: int | None
    budget_seconds: float | None
    """None: no limit."""
    stand_in_budget_seconds: float | None = None
    """Where all images stand in for others: nobody asked about those. None: the same budget."""
    first_seed: int = 0
    """Another one makes an independent repetition of the same survey."""
    max_trials: int | None = None
    """Fewer rounds, down to one, where there would be more trials than this."""
    noise: bool = True
    """Whether runs are repeated with nothing changed."""
    modes: bool = True
    """Whether the frameworks' other modes are measured too, within the budget."""


QUICK = Profile(
    name="quick",
    epochs=2,
    seeds=2,
    train_limit=2000,
    budget_seconds=None,
    max_trials=4,
    noise=False,
    modes=False,
)
STANDARD = Profile(
    name="standard",
    epochs=None,
    seeds=None,
    train_limit=None,
    budget_seconds=600.0,
    stand_in_budget_seconds=360.0,  # both CNNs three times in both protocols, on two cores
)
FULL = Profile(name="full", epochs=None, seeds=5, train_limit=None, budget_seconds=None)
PROFILES = {profile.name: profile for profile in (QUICK, STANDARD, FULL)}
