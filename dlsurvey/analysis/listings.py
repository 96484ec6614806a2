"""Turns the stored sources of the trainers that ran into listings, function by function, stage by stage."""

import ast
from collections.abc import Iterable, Sequence

from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.language import gettext as _
from dlsurvey.language import mark
from dlsurvey.records import Trial
from dlsurvey.store import Store
from experiments.frameworks import list_frameworks

STAGES = (
    (
        "load_data",
        mark("Data"),
        mark(
            "The same arrays go to every framework; what each makes of them differs: channels last"
            " or first, arrays or batches."
        ),
    ),
    (
        "build_model",
        mark("Model"),
        mark("The network is built from the workload's list of layers, so all build the same one."),
    ),
    (
        "choose_loss_and_optimizer",
        mark("Loss and optimiser"),
        mark(
            "Cross-entropy on logits, and Adam with each framework's own defaults beside the"
            " learning rate."
        ),
    ),
    (
        "train",
        mark("Training"),
        mark(
            "The calls of `journal` are the only lines that measure; everything else is what a"
            " tutorial would show."
        ),
    ),
    (
        "evaluate",
        mark("Test"),
        mark("Mean loss and accuracy over all test images, without training on them."),
    ),
)


def list_stages(store: Store, trials: Iterable[Trial]) -> tuple[Stage, ...]:
    """For each stage the function of each framework's trainer, as its newest trial ran it."""
    newest: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda trial: trial.started_at):
        newest[trial.spec.framework] = trial
    sources = [
        (framework.name, framework.title, newest[framework.name].trainer_sha256)
        for framework in list_frameworks()
        if framework.name in newest
    ]
    texts = {sha256: store.read_source(sha256) for *_names, sha256 in sources}
    stages = []
    for function, title, explanation in STAGES:
        listings = []
        for framework, framework_title, sha256 in sources:
            found = extract_function(texts[sha256], function)
            if found is not None:
                code, first_line = found
                listings.append(
                    Listing(
                        framework=framework,
                        title=framework_title,
                        stage=function,
                        code=code,
                        first_line=first_line,
                        source_sha256=sha256,
                    )
                )
        if listings:
            stages.append(
                Stage(
                    key=function,
                    title=_(title),
                    explanation=_(explanation),
                    listings=tuple(listings),
                )
            )
    return tuple(stages)


def extract_function(source: str, name: str) -> tuple[str, int] | None:
    """Text and first line number of a top-level function, its decorators included, or None."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min(
                (decorator.lineno for decorator in node.decorator_list), default=node.lineno
            )
            lines: Sequence[str] = source.splitlines()[first - 1 : node.end_lineno]
            return "\n".join(lines), first
    return None
