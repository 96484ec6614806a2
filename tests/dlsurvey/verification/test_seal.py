"""Turns manifests, true and not, into what they say of the results beside them."""

import hashlib
import json

import pytest

from dlsurvey.errors import VerificationError
from dlsurvey.verification.seal import check_seal

RESULTS = b'{"schema": 1}'


def write(path: str = "results.json", sha256: str | None = None, edition: str = "2026-a") -> bytes:
    """A manifest of one file, by default a true one."""
    file = {"path": path, "bytes": 13, "sha256": sha256 or hashlib.sha256(RESULTS).hexdigest()}
    return json.dumps({"schema": 1, "edition": edition, "files": [file]}).encode()


def test_a_true_manifest_says_nothing() -> None:
    assert check_seal(write(), RESULTS, "2026-a").differences == ()


@pytest.mark.parametrize(
    ("manifest", "where", "given"),
    [
        (write(sha256="0" * 64), "manifest.json › results.json › sha256", "0" * 64),
        (write(path="other.json"), "manifest.json › results.json › sha256", "nothing"),
        (write(edition="2025-b"), "manifest.json › edition", "2025-b"),
    ],
)
def test_what_does_not_fit_is_named(manifest: bytes, where: str, given: str) -> None:
    (difference,) = check_seal(manifest, RESULTS, "2026-a").differences
    assert (difference.where, difference.given) == (where, given)


@pytest.mark.parametrize("manifest", [b"", b"[]", b"[" * 100_000, b'{"edition": 1, "files": []}'])
def test_what_is_no_manifest_is_explained(manifest: bytes) -> None:
    with pytest.raises(VerificationError, match=r"attached manifest.json is damaged"):
        check_seal(manifest, RESULTS, "2026-a")
