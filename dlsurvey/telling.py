"""Turns sentences that records hold in English into those of the report's language, values kept.

Gaps, failures of sources and plans are stored as they were told. Here stand the forms that the
project tells them in; a text of one of these forms is shown in the report's language, and one that a
library or a server worded stays as it is, and is listed as untranslated.
"""

import re
from functools import cache

from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, note_untranslated, spoken, translate_known

SOURCES = (
    mark("No connection to {host} could be made."),
    mark("No connection to {host} came about in time."),
    mark("The TLS certificate of {host} could not be verified."),
    mark("The proxy refused the connection to {host}."),
    mark("{page} stopped answering in time."),
    mark("{page} is not an http or https address."),
    mark("{page} broke off in the middle of its answer."),
    mark("{page} did not finish its answer within the limit of {limit}."),
    mark("{source} did not finish within its limit of {limit}."),
    mark("{page} answered {status} and asks to wait {wait}, longer than the {limit} allowed here."),
    mark("{page} answered {status}."),
    mark("Stack Exchange does not know the key in STACKEXCHANGE_KEY."),
    mark("This source has not been asked yet."),
    mark("GitHub's hourly limit of 60 requests without a token is used up."),
    mark("GitHub's hourly limit of this token is used up."),
    mark("GitHub's hourly limit of requests came near its end."),
    mark("This package index does not say when a file was uploaded."),
    mark("The package index does not describe {version}, the newest stable release."),
    mark("A requirement of {version} cannot be read."),
    mark("The value {value} of {metric} is less than zero."),
    mark("The source tells {now} after {before}: doubtful until a later answer confirms it."),
    mark("All are told as 0 at once: doubtful until a later answer confirms it."),
    mark(
        "Another repository answers, number {now} instead of {before}: doubtful until a later answer"
        " confirms it."
    ),
    mark("{count} of its values are doubtful."),
    mark("{refused} of its {entries} entries cannot be read."),
    mark("Release {version} is dated {day}, in the future."),
    mark(
        "It is {version}, which bears no day that can be believed, and no older one is called the"
        " newest."
    ),
    mark("The thread holds {count} of the {promised} comments that the search counts."),
    mark("{source} gives two counts for {period}."),
)
"""Why a source gave nothing."""
TRAINING = (
    mark("{framework} is not installed."),
    mark("{framework}, as it is installed, cannot use the GPU."),
    mark("It trained on {images} instead ({origin})."),
    mark("It runs in: {modes}."),
    mark("The trial failed: {reason}."),
    mark("The trial skipped: {reason}."),
    mark("They are stored and take part in nothing: {reason}."),
    mark("It was changed after it was stored, so it is left out."),
    mark("It is no observation, so it is left out."),
    mark("It cannot be read, so that changed observations are not noticed."),
)
"""Why an experiment or a part of the evidence is missing."""
MISSING = (
    mark("GitHub totals of {repository}"),
    mark("GitHub contributors of {repository}"),
    mark("GitHub releases of {repository}"),
    mark("GitHub star history of {repository}"),
    mark("Downloads of {package}"),
    mark("Releases of {package}"),
    mark("Dependencies of {package}"),
    mark("The newest stable release of {package}"),
    mark("All questions"),
    mark("Questions tagged {tag}"),
    mark("Research works on {subject}"),
    mark("Models of {subject}"),
    mark("Some of the imported trials"),
    mark("The workload {workload}"),
    mark("{images} for the workload {workload}"),
    mark("{framework} on the GPU"),
    mark("{framework} in mode {mode}"),
    mark("{workload} in {framework}, seed {seed}"),
    mark("The gradient of a Python function in {framework}"),
    mark("The comparison of {first} and {second} on {workload}"),
    mark("The node {node} of the cluster"),
)
"""What is missing."""
CURES = (
    mark("Correct this, and run `dlsurvey collect` again."),
    mark("Update dlsurvey, or report the changed format to its maintainers."),
    mark("Check the credentials of this source in the environment, or unset them."),
    mark(
        "This source wants credentials that it did not want before: update dlsurvey, or report it."
    ),
    mark("Correct STACKEXCHANGE_KEY, or unset it: without a key less may be asked a day."),
    mark("Run it again later, or set the source's token in the environment if it has one."),
    mark("Check the name, and the source's base URL in the settings."),
    mark("Check the credentials of the proxy in the environment."),
    mark("Try it from another network."),
    mark("Set GITHUB_TOKEN, or run it again in an hour."),
    mark("Run it again in an hour."),
    mark("Or export the comparison on the site by hand, and run `{command}`."),
    mark("Run `{command}` with a network connection."),
    mark("Run `{command}`."),
    mark("Set the base URL of the source pypi to an index with the JSON API."),
    mark("Look at the source's own page; the value was left out."),
    mark("Look at the source's own page; they were left out."),
    mark("Nothing needs to be done: the next `{command}` asks again."),
    mark("Point DLSURVEY_DATA_DIR at a folder with MNIST/raw/*, or allow the download."),
    mark("Install a build of it for your GPU, or train with --device cpu."),
    mark("Read {log}; the next build runs it again."),
    mark("Restore the file from a backup or from version control, or remove what is wrong."),
)
"""What would bring it."""
PLANS = (
    mark("quick: {plan}"),
    mark("standard: {plan}"),
    mark("full: {plan}"),
    mark("order drawn with seed {seed}."),
    mark(
        "{workload} on {images} training images of {dataset},"
        " {epochs} epochs (its survey trained {usual}), in {frameworks}"
    ),
    mark(
        "{workload} on {images} training images of {dataset},"
        " 1 epoch (its survey trained {usual}), in {frameworks}"
    ),
    mark("{workload} on {images} training images of {dataset}, {epochs} epochs, in {frameworks}"),
    mark("{workload} on {images} training images of {dataset}, 1 epoch, in {frameworks}"),
    mark("{n} seeds in the controlled protocol"),
    mark("{n} seeds in the idiomatic protocol"),
    mark("1 seed in the controlled protocol"),
    mark("1 seed in the idiomatic protocol"),
    mark("{n} runs repeated with nothing changed"),
    mark("{n} seeds in other modes ({names})"),
    mark("1 seed in other modes ({names})"),
    mark("the other modes do not fit the budget (train --mode all)"),
    mark("{n} runs beside which other work ran came a second time."),
    mark("The rest of the budget went where intervals were widest: {parts}."),
    mark("{n} seeds more of {workload} in the controlled protocol"),
    mark("{n} seeds more of {workload} in the idiomatic protocol"),
    mark("1 seed more of {workload} in the controlled protocol"),
    mark("1 seed more of {workload} in the idiomatic protocol"),
    mark("Nothing to train."),
)
"""What was planned: `experiments.plan` words it."""
DURATIONS = (
    mark("{n} seconds"),
    mark("about {n} minutes"),
    mark("about {n} hours"),
    mark("about {n} days"),
)
FORMS = (*SOURCES, *TRAINING, *MISSING, *CURES, *PLANS, *DURATIONS)
PARTED = tuple(form for form in FORMS if "; " in form)
"""Those that would be taken for several."""
PLACE = re.compile(r"\{(\w+)\}")
SENTENCES = re.compile(r"(?<=[.`]) (?=[A-Z])")
DEEPEST = 3
"""How often a text that is known may hold another: a reason in a sentence in a list."""
LONGEST = 600
"""Characters; a longer text was not told by this project."""


def translate_told(text: str) -> str:
    """The text in the present language, as far as this project worded it."""
    if spoken() == "en" or not text:
        return text
    found = _translate(text) if len(text) <= LONGEST else None
    if found is None:
        if text.endswith("."):
            note_untranslated(text)
        return text
    return found


def _translate(text: str, depth: int = 0) -> str | None:
    """None where nothing of it is known."""
    known = translate_known(text)
    if known != text:
        return known
    if depth > DEEPEST:
        return None
    if whole := _translate_one(text, depth, PARTED):
        return whole
    for parts, glue in ((SENTENCES.split(text), " "), (text.split("; "), "; ")):
        found = [_translate(part, depth + 1) for part in parts] if len(parts) > 1 else []
        if any(found):
            return glue.join(map(_choose, found, parts))
    return _translate_list(text, depth) or _translate_one(text, depth)


def _choose(translated: str | None, text: str) -> str:
    return text if translated is None else translated


def _translate_list(text: str, depth: int) -> str | None:
    """'a, b and c' where each of them is known."""
    before, _and, last = text.rpartition(" and ")
    parts = (*before.removesuffix(",").split(", "), last) if before else ()
    found = [_translate_one(part, depth + 1) for part in parts]
    return join_words([one for one in found if one]) if found and all(found) else None


def _translate_one(text: str, depth: int, forms: tuple[str, ...] = FORMS) -> str | None:
    known = translate_known(text)
    if known != text:
        return known
    for form, pattern in _compile_forms(forms):
        match = pattern.fullmatch(text)
        if match:
            told = {
                name: _choose(_translate(value, depth + 1), value)
                for name, value in match.groupdict().items()
            }
            return _(form).format(**told)
    return None


@cache
def _compile_forms(forms: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    compiled = []
    for form in forms:
        literal = [re.escape(part) for part in PLACE.split(form)[::2]]
        places = [f"(?P<{name}>.+?)" for name in PLACE.findall(form)]
        pattern = "".join(a + b for a, b in zip(literal, [*places, ""], strict=True))
        compiled.append((form, re.compile(pattern)))
    return tuple(compiled)
