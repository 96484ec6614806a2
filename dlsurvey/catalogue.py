"""Turns the texts of the source code and of the templates into the catalogues of translations.

`make catalogue` runs it after a text was added or changed: what was translated stays, what is new
waits for its translation, and what is gone is left out.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from collectors import list_collectors
from dlsurvey.analysis.cards import read_cited
from dlsurvey.analysis.claim_data import read_claims
from dlsurvey.analysis.findings import SO_FAR
from dlsurvey.analysis.signals import SIGNALS
from dlsurvey.language import LANGUAGES, Language, find_catalogue
from dlsurvey.records import ObservationStatus
from dlsurvey.render.callouts import read_callouts
from dlsurvey.render.references import read_references
from experiments import sources

ROOT = Path(__file__).parents[1]
TEMPLATES = {
    "extensions": "jinja2.ext.i18n",
    "newstyle_gettext": "true",
    "trimmed": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
"""As `dlsurvey.language.teach` sets the templates up."""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "mark_plural": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = """\
# The texts of the report in another language; docs/languages.md says how they are kept.
msgid ""
msgstr ""
"Project-Id-Version: dlsurvey\\n"
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
WIDTH = 98


def collect_messages(language: Language) -> Catalog:
    """Every text that the report may ask for, without translations."""
    catalogue = Catalog(locale=language, fuzzy=False)
    for folder, method, options in (
        ("dlsurvey", "python", {}),
        ("templates", "jinja2", TEMPLATES),
    ):
        pattern = "**.py" if method == "python" else "**.jinja"
        for place, _line, message, comments, context in extract_from_dir(
            ROOT / folder,
            method_map=[(pattern, method)],
            options_map={pattern: options},
            keywords=KEYWORDS,
        ):
            name = f"{folder}/{place}"
            catalogue.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    for place, message in list_registered():
        catalogue.add(message, locations=[(place, 0)])
    return catalogue


def list_registered() -> Iterator[tuple[str, str]]:
    """What the report shows of registries and lists, with the file that holds it."""
    shown = {metric for one in SIGNALS if not one.meaning for metric in (one.metric,)}
    for collector in list_collectors():
        place = f"collectors/{collector.name}"
        yield place, collector.title
        yield from ((place, text) for name, text in collector.metrics.items() if name in shown)
    for claim in read_claims():
        needs = getattr(claim.test, "needs", "")
        texts: tuple[str, ...] = (claim.title, claim.claim, claim.context, claim.reading, needs)
        texts += tuple(figure.subject for figure in claim.figures)
        yield from (("dlsurvey/claims.toml", text) for text in texts if text)
    for card in read_cited().values():
        yield "dlsurvey/frameworks.toml", card.summary
        for fact in card.facts:
            yield from (
                ("dlsurvey/frameworks.toml", text) for text in (fact.label, fact.text, fact.source)
            )
    for callout in read_callouts():
        yield "dlsurvey/callouts.toml", callout.words
    for reference in read_references():
        if reference.note:
            yield "dlsurvey/references.toml", reference.note
    yield "dlsurvey/analysis/findings.py", SO_FAR
    for status in (*get_args(ObservationStatus), "measured"):
        yield "dlsurvey/records.py", status
    yield from (("experiments/sources.py", title) for title in sources.TITLES.values())


def update_catalogue(language: Language) -> Catalog:
    """The catalogue as it is, with the present texts; what is no longer asked for is left out."""
    path = find_catalogue(language)
    catalogue = collect_messages(language)
    if path.exists():
        with path.open("rb") as stream:
            known = read_po(stream, locale=language)
        for message in catalogue:
            kept = known.get(message.id, message.context) if message.id else None
            if kept is not None and bool(kept.pluralizable) == bool(message.pluralizable):
                message.string = kept.string
    return catalogue


def write_catalogue(catalogue: Catalog) -> bytes:
    """The file's content: the same for the same texts, whenever and wherever it is written."""
    stream = io.BytesIO()
    header = HEADER.format(language=catalogue.locale, plural=catalogue.plural_forms)
    stream.write(header.encode())
    write_po(
        stream, catalogue, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False
    )
    return stream.getvalue()


def list_missing(catalogue: Catalog) -> list[str]:
    """Texts without a translation."""
    missing = []
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(strings):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def main() -> None:
    """Bring every catalogue up to date."""
    for language in LANGUAGES:
        if language == "en":
            continue
        catalogue = update_catalogue(language)
        path = find_catalogue(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_catalogue(catalogue))
        missing = list_missing(catalogue)
        print(  # noqa: T201  the command's answer
            f"{path.relative_to(ROOT)}: {len(catalogue)} texts, {len(missing)} without a translation"
        )


if __name__ == "__main__":
    main()
