"""Turns 'one web source' into a contract: what a collector declares and what it yields.

Cheap to import: no HTTP library is loaded before something is really collected.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from collectors.subjects import Subject
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What a source answered, and how fresh it is."""

    value: T
    url: str
    """Where the answer finally came from, after redirects, without credentials."""
    headers: Mapping[str, str]
    """With lower-case names."""
    sha256: str
    """Of the body as it is kept."""
    retrieved_at: datetime
    """When the source last said so: now, or for a cached answer the time it was fetched."""
    status: Literal["live", "cached"]
    next_url: str | None = None
    """The address of the next page, where the answer names one."""

    def replace_value(self, value: U) -> "Answer[U]":
        """The same answer, read further."""
        return Answer(
            value=value,
            url=self.url,
            headers=self.headers,
            sha256=self.sha256,
            retrieved_at=self.retrieved_at,
            status=self.status,
            next_url=self.next_url,
        )


class Collector(Protocol):
    """One source. Its metrics are declared, so that they can be listed without a network."""

    @property
    def name(self) -> str:
        """Key in the registry and `source` of every observation."""

    @property
    def title(self) -> str:
        """What the reader of a report calls it."""

    @property
    def homepage(self) -> str:
        """Where a reader can look further."""

    @property
    def needs_network(self) -> bool:
        """Whether it is left out when offline."""

    @property
    def base_url(self) -> str:
        """Where its requests go; empty where that is found out late or never needed."""

    @property
    def metrics(self) -> Mapping[str, str]:
        """Each metric's meaning in one sentence: its unit, what it can and cannot tell."""

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Yield what the source says; a subject that fails yields a gap and the others go on."""
