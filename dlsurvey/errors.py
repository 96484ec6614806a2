"""Turns what can go wrong into a tree of errors, each with one sentence for the user.

SurveyError                 anything dlsurvey explains in one sentence; caught once, in `cli`
├── ConfigError             survey.toml, an option or an argument is wrong (exit code 2)
├── SourceError             a web source gave nothing usable; becomes a gap, never an abort
│   ├── SourceUnavailable   no answer, a refusal, a limit: trying later may help
│   └── SourceFormatError   an answer of another shape than documented: trying later won't help
├── DatasetError            images that are damaged or of the wrong kind
├── TrialError              one trial could not be run to its end; recorded, the rest go on
├── StoreError              a file under data/ cannot be read or written
│   └── BusyError           another run is at work in the same survey folder
├── RenderError             the edition could not be written
├── VerificationError       a PDF that holds nothing its numbers could be checked against
└── MissingDependency       an optional package or a system library is not installed

A message says what failed, on which file, URL or value, and what to do next.
Bugs are not SurveyErrors: they keep their tracebacks.
"""


class SurveyError(Exception):
    """Anything that dlsurvey can explain in one sentence."""

    exit_code = 1


class ConfigError(SurveyError):
    """survey.toml, an option or an argument is wrong."""

    exit_code = 2


class SourceError(SurveyError):
    """A web source gave nothing usable."""


class SourceUnavailable(SourceError):
    """No answer, a refusal or a limit: the same request may succeed later."""


class SourceFormatError(SourceError):
    """An answer of another shape than the source documents."""


class DatasetError(SurveyError):
    """Images that are damaged or of the wrong kind."""


class TrialError(SurveyError):
    """One trial could not be run to its end."""


class StoreError(SurveyError):
    """A file under the data folder cannot be read or written."""


class BusyError(StoreError):
    """Another run is at work in the same survey folder."""


class RenderError(SurveyError):
    """The edition could not be written."""


class VerificationError(SurveyError):
    """A file that holds nothing its numbers could be checked against."""


class MissingDependency(SurveyError):
    """An optional package or a system library is not installed."""
