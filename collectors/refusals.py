"""Turns what a source refused or garbled into an error with reason and cure, and that into a gap.

All texts are deterministic: no timings, no addresses in memory, never a credential.
"""

import re
from collections.abc import Mapping

import msgspec

from dlsurvey.errors import SourceError, SourceFormatError, SourceUnavailable, SurveyError
from dlsurvey.records import Gap

LATER = (
    "Run `dlsurvey collect` again later; until then the last good data are shown with their date."
)
CORRECT = "Correct this, and run `dlsurvey collect` again."
REPORT = "Update dlsurvey, or report the changed format to its maintainers."

UNASKED = (
    "This source wants credentials that it did not want before: update dlsurvey, or report it."
)
ADVICE = {
    401: "Check the credentials of this source in the environment, or unset them.",
    403: "Run it again later, or set the source's token in the environment if it has one.",
    404: "Check the name, and the source's base URL in the settings.",
    410: "Check the name, and the source's base URL in the settings.",
    407: "Check the credentials of the proxy in the environment.",
    451: "Try it from another network.",
}


class Unavailable(SourceUnavailable):
    """No usable answer, with what to do next."""

    def __init__(self, why: str, cure: str = LATER) -> None:
        """Say why, and what to do next."""
        super().__init__(f"{why} {cure}")
        self.why = why
        self.cure = cure


class Refused(Unavailable):
    """An HTTP answer that is a refusal: its status and headers say which."""

    def __init__(
        self, url: str, status_code: int, headers: Mapping[str, str], why: str = ""
    ) -> None:
        """Keep the status and the headers; `why` replaces the plain sentence."""
        super().__init__(why or f"{url} answered {status_code}.", ADVICE.get(status_code, LATER))
        self.status_code = status_code
        self.headers = headers

    @property
    def is_missing(self) -> bool:
        """Whether there is no such page, rather than no permission or no capacity."""
        return self.status_code in (404, 405, 406, 410)

    @property
    def is_used_up(self) -> bool:
        """Whether the source says that nothing is left of its request limit."""
        return says_used_up(self.status_code, self.headers)


class MalformedError(SourceFormatError):
    """An answer of another shape, with what to do next."""

    def __init__(self, why: str, cure: str = REPORT) -> None:
        """Say why, and what to do next."""
        super().__init__(f"{why} {cure}")
        self.why = why
        self.cure = cure


def says_used_up(status_code: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer says that the request limit is used up, so that no retry can help."""
    return status_code in (403, 429) and headers.get("x-ratelimit-remaining") == "0"


def make_gap(what: str, error: SurveyError) -> Gap:
    """The gap that an error leaves, of the source or of what its answers are kept in."""
    if isinstance(error, Unavailable | MalformedError):
        return Gap(what=what[:200], why=error.why, cure=error.cure)
    if not isinstance(error, SourceError):
        return Gap(what=what[:200], why=str(error), cure=CORRECT)
    cure = REPORT if isinstance(error, SourceFormatError) else LATER
    return Gap(what=what[:200], why=str(error), cure=cure)


def describe_format(url: str, error: Exception) -> str:
    """Why an answer is not what was expected, without the foreign text in it."""
    place = url.partition("?")[0]
    if isinstance(error, msgspec.ValidationError):
        # One of its messages repeats foreign text: a value that is none of a few.
        reason = re.sub(r"(?s)Invalid enum value '.*'", "Invalid enum value", str(error))
        return f"{place} answered with JSON of another shape: {reason}."
    return f"{place} answered with something that is not complete JSON."


def name_duration(seconds: float) -> str:
    """A duration in words, rounded so that a repeated run says the same."""
    if seconds < 90:
        return f"{round(seconds)} seconds"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    if seconds < 48 * 3600:
        return f"about {round(seconds / 3600)} hours"
    return f"about {min(round(seconds / 86400), 9999)} days" if seconds < 1e9 else "years"
