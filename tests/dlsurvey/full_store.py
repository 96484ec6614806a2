"""Turns the committed stores into one survey folder whose edition holds every kind of evidence."""

import shutil
from pathlib import Path

import msgspec
from msgspec.structs import replace

from dlsurvey.records import Studies
from dlsurvey.requests import Training
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.experiments.samples import DATASET

SAMPLE = REPOSITORY / "tests" / "sample_store"
STUDIES = REPOSITORY / "tests" / "study_store"


def make_full_survey(folder: Path) -> Path:
    """The sample survey in `folder`, with its ways out and with the studies of another machine.

    The cache lies in it as well, empty.
    """
    shutil.copytree(SAMPLE, folder)
    with (folder / "survey.toml").open("a", encoding="utf-8") as settings:
        settings.write('cache = "cache"\n')  # in the last table, [data]
    for name in ("contacts", "limits", "trials"):
        shutil.copytree(STUDIES / name, folder / name, dirs_exist_ok=True)
    store = Store(folder)
    training = store.read_training(Training)
    assert training is not None
    scale = tuple(
        f"{path.parent.name}/{path.stem}" for path in sorted((STUDIES / "trials").glob("*/*.json"))
    )
    images = store.read_trial(scale[0]).spec.dataset_sha256
    store.keep_training(
        replace(
            training,
            datasets=(*training.datasets, replace(DATASET, sha256=images)),
            deployments=_name_only(folder / "deployments"),
            studies=Studies(
                contact=_name_only(folder / "contacts"),
                limit=_name_only(folder / "limits"),
                scale=scale,
            ),
        )
    )
    assert msgspec.toml.decode((folder / "survey.toml").read_bytes())["data"]["cache"] == "cache"
    return folder / "survey.toml"


def _name_only(folder: Path) -> str:
    (path,) = folder.glob("*.json")
    return path.stem
