"""Turns the Hugging Face hub's listing into the number of models under a filter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlsplit

from msgspec import Meta, Struct, field

from collectors.base import Answer
from collectors.refusals import MalformedError, Refused, Unavailable, make_gap
from collectors.subjects import Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

MODELS_PER_PAGE = 1000
MAX_PAGES = 5
METRICS = {
    "hub_models": (
        "Public models on the hub that bear the filter's tag on the day; most are variants nobody"
        " uses again, and one model may bear several tags, so that shares of a whole cannot be"
        " made of them."
    ),
}


class Total(Struct, frozen=True):
    """What the hub's own pages read beside a page of models."""

    total: Annotated[int, Meta(ge=0, le=10**10)] = field(name="numTotalItems")


class Model(Struct, frozen=True):
    """One entry of the documented listing."""

    id: Annotated[str, Meta(min_length=1, max_length=300)]


@dataclass(frozen=True)
class Huggingface:
    """The documented API lists and never counts; the hub's own pages read a total.

    That total is taken only where it shows that the filter was heeded: less than all models.
    Else the documented listing is counted, as far as a few pages hold all of it; a listing
    that goes on is a gap, never a lower bound. No token is sent: it would count private models.
    """

    base_url: str = "https://huggingface.co"
    name: str = "huggingface"
    title: str = "Hugging Face hub"
    homepage: str = "https://huggingface.co/docs/hub/api"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Ask for all models, then for those under each filter."""
        hub = _Hub(session, self.base_url.rstrip("/"))
        whole = hub.find_whole()
        for subject in subjects:
            for tag in subject.hub_filters:
                try:
                    yield _observe(hub.count(tag, whole), subject.name, tag)
                except SourceError as error:
                    if isinstance(error, Refused) and error.status_code == 429:
                        raise
                    yield make_gap(f"Models on the hub under {tag}", error)


@dataclass(frozen=True)
class _Hub:
    session: "Session"
    base: str

    def find_whole(self) -> int | None:
        """The number of all models; None where the hub's own pages no longer tell one."""
        try:
            return self._ask_total({}).value
        except MalformedError:
            return None
        except Refused as error:
            if error.status_code == 429:
                raise
            return None

    def count(self, tag: str, whole: int | None) -> Answer[int]:
        """The models under one filter."""
        if whole is None:
            return self._count_pages(tag)
        answer = self._ask_total({"library": tag})
        return answer if 0 < answer.value < whole else self._count_pages(tag)

    def _ask_total(self, params: Mapping[str, str]) -> Answer[int]:
        url = f"{self.base}/models-json"
        answer = self.session.get_json(url, Total, params={**params, "withCount": "true"})
        return answer.replace_value(answer.value.total)

    def _count_pages(self, tag: str) -> Answer[int]:
        query = f"filter={quote(tag, safe='')}&limit={MODELS_PER_PAGE}"
        url = f"{self.base}/api/models?{query}"
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            answer = self.session.get_json(url, list[Model])
            seen.update(model.id for model in answer.value)
            following = self._check_next(answer.next_url)
            if following is None:
                break
            url = following
        else:
            raise Unavailable(
                f"The hub tells no total, and lists more than {MAX_PAGES * MODELS_PER_PAGE} models"
                " under this filter.",
                "Nothing can be done from here; a part of the models would be no count.",
            )
        if not seen:
            raise MalformedError(
                f"The hub lists no model under {tag}.", "Check the filter in the settings."
            )
        return answer.replace_value(len(seen))

    def _check_next(self, following: str | None) -> str | None:
        if following is not None and urlsplit(following)[:2] != urlsplit(self.base)[:2]:
            raise MalformedError("The hub's next page lies on another host.")
        return following


def _observe(answer: Answer[int], subject: str, tag: str) -> Observation:
    return Observation(
        source="huggingface",
        subject=subject,
        metric="hub_models",
        start=answer.retrieved_at.date(),
        resolution="day",
        value=answer.value,
        unit="models",
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
        label=tag,
    )
