"""Turns the developer's folder of real data into a fixture that says when it is absent."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data; tests that need it are skipped, saying so, where it is absent."""
    folder = Path(os.environ.get("DLSURVEY_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"DLSURVEY_SHARED: no real data in {folder.name}/data")
    return folder
