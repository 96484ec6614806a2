"""Turns the manifest attached to a PDF into whether the data attached beside it are those it lists."""

import hashlib

import msgspec

from dlsurvey.errors import VerificationError
from dlsurvey.render.attachments import MANIFEST, RESULTS
from dlsurvey.verification.agreement import Agreement, Difference


class _File(msgspec.Struct):
    path: str
    sha256: str


class _Manifest(msgspec.Struct):
    edition: str
    files: tuple[_File, ...]


def check_seal(manifest: bytes, results: bytes, edition: str) -> Agreement:
    """Raises VerificationError for what is no manifest."""
    try:
        sealed = msgspec.json.decode(manifest, type=_Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise VerificationError(f"The attached {MANIFEST} is damaged: {error}.") from error
    listed = {file.path: file.sha256 for file in sealed.files}
    found = [
        (
            f"{MANIFEST} › {RESULTS} › sha256",
            listed.get(RESULTS),
            hashlib.sha256(results).hexdigest(),
        ),
        (f"{MANIFEST} › edition", sealed.edition, edition),
    ]
    return Agreement(
        0,
        tuple(
            Difference(where, given or "nothing", actual)
            for where, given, actual in found
            if given != actual
        ),
    )
