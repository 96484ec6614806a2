"""Turns the settings that an edition's text depends on into a file of the store, and back.

The title, the margins or the subjects of survey.toml may change; an edition that is rendered again
comes out with those of its time. Paths and addresses are not kept: they belong to the machine.
"""

import copy
from typing import Literal

import msgspec

from dlsurvey.config import Config
from dlsurvey.errors import StoreError
from dlsurvey.files import explaining, read_whole, write_atomic
from dlsurvey.language import Language
from dlsurvey.records import Edition, to_json
from dlsurvey.settings import Margins, Sections, Settings, SourceSettings, SubjectSettings, Survey
from dlsurvey.store import Store


class Imprint(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one time, by `config_sha256`."""

    schema: Literal[1] = 1
    survey: Survey
    margins: Margins
    subjects: dict[str, SubjectSettings]
    order: tuple[str, ...]
    drop: tuple[str, ...]
    disabled: tuple[str, ...]
    """Sources that were not to be asked."""


def keep_imprint(config: Config, store: Store) -> None:
    """Keep the present settings; raises StoreError."""
    settings = config.settings
    imprint = Imprint(
        survey=settings.survey,
        margins=settings.margins,
        subjects=settings.subjects,
        order=settings.sections.order,
        drop=settings.sections.drop,
        disabled=tuple(name for name, one in settings.sources.items() if not one.enabled),
    )
    path = store.folder / "imprints" / f"{config.sha256}.json"
    if not path.exists():
        with explaining(StoreError, f"write {path}"):
            write_atomic(path, to_json(imprint, indent=1) + b"\n")


def recall_imprint(config: Config, store: Store, edition: Edition) -> Config:
    """`config` as it was for `edition`; as it is now where nothing was kept.

    Raises StoreError for a file that was damaged or written by a newer dlsurvey.
    """
    path = store.folder / "imprints" / f"{edition.config_sha256}.json"
    if not path.exists():
        return config
    with explaining(StoreError, f"read {path}"):
        content = read_whole(path)
    try:
        imprint = msgspec.json.decode(content, type=Imprint)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"{path} holds no settings that this dlsurvey can read ({error}): update dlsurvey, or"
            " remove the file to use the present settings."
        ) from error
    recalled = copy.copy(config)
    recalled.settings = _replace(config.settings, imprint)
    return recalled


def set_language(config: Config, language: Language) -> Config:
    """`config`, but for the language of what is written with it."""
    survey = msgspec.structs.replace(config.settings.survey, language=language)
    changed = copy.copy(config)
    changed.settings = msgspec.structs.replace(config.settings, survey=survey)
    return changed


def _replace(settings: Settings, imprint: Imprint) -> Settings:
    sources = dict(settings.sources)
    for name in {*sources, *imprint.disabled}:
        one = sources.get(name, SourceSettings())
        sources[name] = msgspec.structs.replace(one, enabled=name not in imprint.disabled)
    sections: Sections = settings.sections
    return msgspec.structs.replace(
        settings,
        survey=imprint.survey,
        margins=imprint.margins,
        subjects=imprint.subjects,
        sections=msgspec.structs.replace(sections, order=imprint.order, drop=imprint.drop),
        sources=sources,
    )
