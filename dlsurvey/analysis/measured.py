"""Turns what trials showed into records that figures and templates print without arithmetic."""

from typing import Literal

from dlsurvey.records import Record

Verdict = Literal["a_higher", "b_higher", "equivalent", "inconclusive", "single_run"]
Quantity = Literal["test_accuracy", "epoch_seconds", "peak_memory_bytes"]
Basis = Literal["repeats", "halves"]


class Spread(Record, frozen=True, kw_only=True):
    """Repeated measurements: every single value, their mean, and its 95 % interval where n > 1."""

    values: tuple[float, ...]
    seeds: tuple[int, ...]
    mean: float
    low: float | None
    high: float | None


class Curve(Record, frozen=True, kw_only=True):
    """Training loss and accuracy, epoch by epoch, of one trial."""

    seed: int
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    test_accuracy: tuple[float, ...] = ()
    """On the test images after each epoch; empty where nobody looked."""


class Member(Record, frozen=True, kw_only=True):
    """One framework's trials on one workload, in one mode and protocol, on one device."""

    framework: str
    title: str
    mode: str
    protocol: str
    device: str = "cpu"
    """With '@' and its number where the setup is not the first; so in all that follows."""
    trials: int
    loaded_seeds: tuple[int, ...] = ()
    """Of the trials beside which other work ran: their times stand behind no verdict."""
    parameters: int
    test_accuracy: Spread
    test_loss: Spread
    epoch_seconds: Spread
    """Per trial, the median over its epochs, the first left out where there are more."""
    train_seconds: Spread
    warmup_seconds: Spread
    import_seconds: Spread
    peak_memory_bytes: Spread
    images_per_second: Spread | None = None
    """Training images of all epochs without the warm-up step's batch, a second of `train_seconds`."""
    step_seconds_median: Spread | None = None
    step_seconds_p95: Spread | None = None
    working_memory_bytes: Spread | None = None
    """Peak memory beyond what the process held once the framework was imported."""
    device_memory_bytes: Spread | None = None
    energy_joules: Spread | None = None
    seconds_to_target: Spread | None = None
    """Of the trials that reached the workload's target accuracy: warm-up and epochs until then."""
    reached: int = 0
    """How many trials reached the target."""
    watched: int = 0
    """How many trials looked at the test images after every epoch, and so can tell."""
    confusion: tuple[tuple[int, ...], ...] = ()
    """Test images by true class (row) and predicted class (column), summed over the trials."""
    curves: tuple[Curve, ...]

    @property
    def loaded(self) -> int:
        """How many trials ran while other processes kept the machine visibly busy."""
        return len(self.loaded_seeds)


class Failure(Record, frozen=True, kw_only=True):
    """A trial that did not end well."""

    workload: str
    framework: str
    seed: int
    reason: str


class NoiseFloor(Record, frozen=True, kw_only=True):
    """How far apart two runs land that differ in nothing: no smaller difference is called one."""

    quantity: Quantity
    bound: float
    """The 95 % bound of the difference; of times and memory as a share, 0.02 for 2 %."""
    basis: Basis
    """From runs repeated with the same seed, or from each framework's seeds in two halves."""
    freedom: int
    """Degrees of freedom behind the bound; of repeats, the number of A/A pairs."""
    device: str = "cpu"


class Comparison(Record, frozen=True, kw_only=True):
    """One question put to two members of one protocol and device, over the seeds both completed."""

    workload: str
    quantity: Quantity
    protocol: str
    device: str = "cpu"
    a: str
    b: str
    a_mode: str
    b_mode: str
    a_mean: float
    b_mean: float
    effect: float
    """Mean of the paired differences a minus b, in the quantity's unit."""
    low: float | None
    high: float | None
    """95 % interval of the effect (paired Student t); None for a single pair."""
    relative_effect: float | None = None
    """Of times and memory, the scale of the tests: geometric mean of a / b, less 1."""
    relative_low: float | None = None
    relative_high: float | None = None
    margin: float
    """The largest difference that does not matter: of accuracy 0.005 is half a point, else a share."""
    noise_floor: float | None = None
    """On the scale of `margin`; None where it cannot be told, and then nothing is called higher."""
    p_difference: float | None = None
    """Paired t test, Holm-adjusted over the edition; None with fewer than three pairs."""
    p_equivalence: float | None = None
    """Two one-sided tests against the margin, Holm-adjusted over the edition."""
    family: int = 1
    """How many comparisons the p values are adjusted for."""
    n: int
    left_out: int = 0
    """Pairs of times beside which other work ran: they are not among the `n`."""
    verdict: Verdict
    sentence: str

    @property
    def within_framework(self) -> bool:
        """Whether both sides are modes of one framework."""
        return self.a == self.b

    @property
    def tested(self) -> tuple[float | None, float | None, float | None]:
        """Effect and its interval on the scale of margin and tests: what is printed of them."""
        if self.quantity == "test_accuracy":
            return self.effect, self.low, self.high
        return self.relative_effect, self.relative_low, self.relative_high


class BreakEven(Record, frozen=True, kw_only=True):
    """When a mode of a framework earns back what it takes to start up, against the default mode."""

    workload: str
    framework: str
    title: str
    protocol: str
    device: str = "cpu"
    default_mode: str
    mode: str
    default_startup_seconds: float
    startup_seconds: float
    """Spent once: the warm-up, and what the first epoch takes beyond a usual one."""
    default_epoch_seconds: float
    epoch_seconds: float
    """Means, like the three before it, over the seeds that both modes completed."""
    verdict: Verdict
    """On the time per epoch; a is the default mode, b the other."""
    epochs: float | None
    """Until the extra start-up is earned back, 0 where there is none; None where nothing is earned."""
    epochs_low: float | None = None
    epochs_high: float | None = None
    """The range over the single pairs; None where one of them alone earns nothing back."""
    n: int
    sentence: str


class Picture(Record, frozen=True, kw_only=True):
    """One test image and, if it was misread, as what."""

    image: int
    """Its place among the test images, from 0."""
    label: str
    pixels: str
    """Base64 of its bytes: rows, columns, channels."""
    predicted: str = ""
    """What most of the trials that misread it took it for; empty for an example."""
    wrong: int = 0
    told: int = 0
    """It was misread in `wrong` of the `told` trials whose lists of mistakes reach that far."""


class Pictures(Record, frozen=True, kw_only=True):
    """A few test images of one dataset."""

    height: int
    width: int
    channels: int
    examples: tuple[Picture, ...]
    mistaken: tuple[Picture, ...]


class LedgerRow(Record, frozen=True, kw_only=True):
    """One default, as read from the live objects of each member, in the order of the members."""

    name: str
    values: tuple[str, ...]
