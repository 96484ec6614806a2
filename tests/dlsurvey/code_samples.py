"""The listings of every trainer as it is now, as an edition would hold them."""

from dlsurvey.analysis.code import list_trainers
from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.analysis.listings import STAGES, extract_function
from dlsurvey.analysis.studied import TrainerSource
from experiments.frameworks import FRAMEWORKS, Framework, hash_source, read_trainer_source


def make_stages() -> tuple[Stage, ...]:
    return tuple(
        Stage(
            key=key,
            title=title,
            explanation=explanation,
            listings=tuple(make_listing(framework, key) for framework in FRAMEWORKS),
        )
        for key, title, explanation in STAGES
    )


def make_listing(framework: Framework, stage: str) -> Listing:
    source = read_trainer_source(framework)
    found = extract_function(source, stage)
    assert found is not None
    code, first_line = found
    return Listing(
        framework=framework.name,
        title=framework.title,
        stage=stage,
        code=code,
        first_line=first_line,
        source_sha256=hash_source(source),
    )


def make_trainers() -> tuple[TrainerSource, ...]:
    texts = {hash_source(one): one for one in map(read_trainer_source, FRAMEWORKS)}
    return list_trainers(make_stages(), texts.__getitem__)
