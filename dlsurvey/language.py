"""Turns the English texts of the report into those of the edition's language.

English is the language of the code: every text is its own message, and stands as it is where the
catalogue has none. docs/languages.md says how texts are written so that they can be translated.
"""

import gettext as library
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Literal,
    NamedTuple,
    ParamSpec,
    Protocol,
    TypeVar,
    get_args,
)

from dlsurvey.errors import RenderError

if TYPE_CHECKING:  # the command line imports this module
    import jinja2

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"en": "English", "ko": "Korean"}
SHOWN = 3
"""Untranslated texts that one line of the log quotes."""
CATALOGUES = Path(__file__).parent / "locale"

P = ParamSpec("P")
T = TypeVar("T")

_spoken: ContextVar[Language] = ContextVar("language", default="en")
_untranslated: dict[Language, dict[str, None]] = {language: {} for language in LANGUAGES}


class _Cover(Protocol):
    @property
    def language(self) -> str: ...


class Edition(Protocol):
    """Anything that knows in which language its report is written."""

    @property
    def cover(self) -> _Cover:
        """Its cover."""
        ...


E = TypeVar("E", bound=Edition)


@contextmanager
def speak(language: str) -> Iterator[None]:
    """Write texts and dates in `language` until the end of the block; English for one unknown."""
    token = _spoken.set(next((one for one in LANGUAGES if one == language), "en"))
    try:
        yield
    finally:
        _spoken.reset(token)


def speaking_its_language(make: Callable[Concatenate[E, P], T]) -> Callable[Concatenate[E, P], T]:
    """`make`, writing in the language of the cover of what it is given first."""

    @wraps(make)
    def made(edition: E, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with speak(edition.cover.language):
            return make(edition, *args, **kwargs)

    return made


def spoken() -> Language:
    """The language of the present block; English outside of any."""
    return _spoken.get()


def gettext(message: str) -> str:
    """The text in the present language."""
    # The empty text is the name of a catalogue's head.
    known = spoken() == "en" or not message
    return message if known else read_catalogue(spoken()).gettext(message)


def ngettext(singular: str, plural: str, count: float) -> str:
    """The form of the text that `count` asks for; English has one form for 1 and one for the rest."""
    if spoken() == "en":
        return singular if count == 1 else plural
    return read_catalogue(spoken()).ngettext(singular, plural, count)  # type: ignore[arg-type]  # any number has a plural form


def pgettext(context: str, message: str) -> str:
    """The text as it is meant in `context`, for a word that has two translations."""
    return message if spoken() == "en" else read_catalogue(spoken()).pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, count: float) -> str:
    """As `ngettext`, in `context`."""
    if spoken() == "en":
        return singular if count == 1 else plural
    return read_catalogue(spoken()).npgettext(context, singular, plural, count)  # type: ignore[arg-type]  # as above


def translate_known(text: str) -> str:
    """A text from a record, which may be anyone's: translated where the catalogue has it."""
    if spoken() == "en" or not text:
        return text
    return read_catalogue(spoken(), listing=False).gettext(text)


def note_untranslated(text: str) -> None:
    """Keep a text that is shown in English for want of a translation."""
    _untranslated[spoken()][text] = None


def mark(message: str) -> str:
    """The text as it is: it stands in a table of the module, and is translated where it is used."""
    return message


def mark_plural(singular: str, plural: str) -> tuple[str, str]:
    """Both as they are, for a table of the module: `ngettext(*TABLE[key], count)` translates them."""
    return singular, plural


def list_untranslated(language: Language) -> tuple[str, ...]:
    """What this process asked for and the catalogue did not have, in the order of asking."""
    return tuple(_untranslated[language])


def list_waiting(language: Language) -> tuple[str, ...]:
    """What the catalogue holds without a translation, in its order."""
    return () if language == "en" else _compile(language).missing


def describe_missing(language: Language, missing: Sequence[str]) -> str:
    """How many texts are in English for want of a translation; empty where there is none."""
    if not missing:
        return ""
    some = "; ".join(f"'{text}'" for text in missing[:SHOWN])
    rest = f"; and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    count = f"{len(missing)} texts" if len(missing) > 1 else "1 text"
    stand = "stand" if len(missing) > 1 else "stands"
    return f"{count} without a translation into {NAMES[language]} {stand} in English: {some}{rest}."


def teach(environment: "jinja2.Environment") -> None:
    """Give the templates `{% trans %}` and `_()`; what is put into a text is escaped as ever."""
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )


@lru_cache
def read_catalogue(language: Language, *, listing: bool = True) -> library.NullTranslations:
    """The catalogue of `language`; with `listing`, what it lacks is kept as untranslated.

    Raises RenderError for a file that is damaged or missing.
    """
    translations = library.GNUTranslations(io.BytesIO(_compile(language).content))
    if listing:
        translations.add_fallback(_Fallback(language))
    return translations


class _Catalogue(NamedTuple):
    """A catalogue as gettext reads it, and the texts that wait in it for their translation."""

    content: bytes
    missing: tuple[str, ...]


@lru_cache
def _compile(language: Language) -> _Catalogue:
    # Late: an English report needs none of it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    path = find_catalogue(language)
    try:
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale=language, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise RenderError(
            f"The texts in {NAMES[language]} cannot be read from {path} ({error}): reinstall dlsurvey."
        ) from error
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    waiting = [
        one.id
        for one in catalogue
        if one.id and not all([one.string] if isinstance(one.string, str) else one.string or [""])
    ]
    return _Catalogue(
        compiled.getvalue(),
        tuple(name if isinstance(name, str) else name[0] for name in waiting),
    )


def find_catalogue(language: Language) -> Path:
    """Where the texts of `language` are kept; English has no such file."""
    return CATALOGUES / language / "LC_MESSAGES" / "dlsurvey.po"


class _Fallback(library.NullTranslations):
    """Gives back English, and keeps what it was asked for."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.kept = _untranslated[language]

    def gettext(self, message: str) -> str:
        self.kept[message] = None
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: Any) -> str:
        self.kept[msgid1] = None
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str) -> str:
        self.kept[message] = None
        return message

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: Any) -> str:
        self.kept[msgid1] = None
        return msgid1 if n == 1 else msgid2
