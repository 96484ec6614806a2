"""Turns the developer's folder of real data into a fixture that says when it is absent.

No test reads or fills the cache of the person who runs it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.surroundings import list_missing

REPOSITORY = Path(__file__).parent.parent


def pytest_sessionstart() -> None:
    """Where CI is true, end at once if tests would be skipped for want of what CI has to bring."""
    missing = list_missing() if os.environ.get("CI") == "true" else []
    if missing:
        pytest.exit("\n".join(["With CI=true this has to be there:", *missing]), returncode=1)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder for this run, also for the processes that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data; tests that need it are skipped, saying so, where it is absent."""
    folder = Path(os.environ.get("DLSURVEY_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"DLSURVEY_SHARED: no real data in {folder.name}/data")
    return folder
