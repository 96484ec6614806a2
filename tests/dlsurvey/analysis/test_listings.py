"""Listings are the stored source of what ran, cut out whole."""

from pathlib import Path

from msgspec.structs import replace

from dlsurvey.analysis.listings import STAGES, extract_function, list_stages
from dlsurvey.store import Store
from experiments.frameworks import FRAMEWORKS, read_trainer_source
from tests.dlsurvey.samples import make_trial


def test_decorators_belong_to_the_function() -> None:
    source = "import x\n\n\n@x.no_grad()\ndef f(a):\n    return a\n\n\nz = 1\n"
    assert extract_function(source, "f") == ("@x.no_grad()\ndef f(a):\n    return a", 4)
    assert extract_function(source, "g") is None


def test_stages_show_both_frameworks_as_they_ran(tmp_path: Path) -> None:
    store = Store(tmp_path)
    trials = []
    for framework in FRAMEWORKS:
        sha256 = store.keep_source(read_trainer_source(framework))
        trials.append(replace(make_trial(framework.name), trainer_sha256=sha256))
    stages = list_stages(store, trials)
    assert [stage.key for stage in stages] == [key for key, _, _ in STAGES]
    for stage in stages:
        assert [one.framework for one in stage.listings] == [one.name for one in FRAMEWORKS]
        for one, framework in zip(stage.listings, FRAMEWORKS, strict=True):
            assert one.code in read_trainer_source(framework)
