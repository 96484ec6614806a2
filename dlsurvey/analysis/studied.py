"""The records of what was found out about the code itself: counts, alignment, derivatives."""

from dlsurvey.records import Record
from experiments.autodiff.gradient import Gradient


class ProgramSource(Record, frozen=True, kw_only=True):
    """The source of a program that ran, whole."""

    workload: str
    framework: str
    program: str
    """NAME of `train_NAME.py`: two frameworks may run one program."""
    title: str
    sha256: str
    text: str


class CodeCount(Record, frozen=True, kw_only=True):
    """What one listing takes, without blank lines and comments."""

    framework: str
    """The first of those that run this program."""
    title: str
    """Of all that run it."""
    stage: str
    stage_title: str
    lines: int
    tokens: int
    api_names: tuple[str, ...]
    """Names imported from the framework, and attributes of its objects (these begin with a dot)."""
    branches: int
    """Places where the way through the function parts: the cyclomatic complexity less one."""
    source_sha256: str


class StageMatch(Record, frozen=True, kw_only=True):
    """How alike the bodies of one stage are in two frameworks."""

    stage: str
    title: str
    similarity: float
    """0 to 1: the tokens in common, in order, once the frameworks' own names are made one."""
    matches: bool


class CodePair(Record, frozen=True, kw_only=True):
    """The listings of two frameworks, aligned stage by stage."""

    a: str
    a_title: str
    b: str
    b_title: str
    stages: tuple[StageMatch, ...]
    threshold: float
    unrelated: float
    """The greatest similarity of two different stages: what chance brings."""

    @property
    def matching(self) -> int:
        """How many stages match."""
        return sum(stage.matches for stage in self.stages)


class CodeFindings(Record, frozen=True, kw_only=True):
    """What the listings that ran say of their frameworks."""

    counts: tuple[CodeCount, ...]
    pairs: tuple[CodePair, ...]
    lengths: tuple[str, ...]
    """One sentence per pair: whose listings take more."""
    likenesses: tuple[str, ...]
    """One sentence per pair: how many stages match."""


class GradientFindings(Record, frozen=True, kw_only=True):
    """What the worked example of differentiation says."""

    attempts: tuple[Gradient, ...]
    sentences: tuple[str, ...]
    """The first of all frameworks, then one of each."""
