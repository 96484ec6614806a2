"""Turns a setting or pip's configuration into the address of the package index to ask.

No address is written here: where nothing is set, the library pypi-simple knows the public one.
"""

import base64
import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import platformdirs

SIMPLE_SUFFIXES = ("/+simple", "/simple")


@dataclass(frozen=True)
class IndexAddress:
    """Where an index answers, without the credentials that its URL may have carried."""

    json_base: str
    """The JSON API of a package is `<json_base>/pypi/<name>/json`."""
    simple_base: str
    """The simple page of a package is `<simple_base>/<name>/`."""
    authorization: str | None = None


def find_index(setting: str, environment: Mapping[str, str] | None = None) -> IndexAddress:
    """The index of the setting, else of pip's configuration, else the public one."""
    address = setting or _find_pip_index(os.environ if environment is None else environment)
    return parse_index(address or _read_public_index())


def parse_index(address: str) -> IndexAddress:
    """Split an index URL, with or without a trailing `/simple`, into its two addresses."""
    parts = urlsplit(address.strip())
    host = parts.netloc.rpartition("@")[2]
    plain = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    for suffix in SIMPLE_SUFFIXES:
        if plain.endswith(suffix):
            return IndexAddress(plain.removesuffix(suffix), plain, _encode_credentials(parts))
    return IndexAddress(plain, f"{plain}/simple", _encode_credentials(parts))


def _encode_credentials(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _find_pip_index(environment: Mapping[str, str]) -> str | None:
    found = None
    for path in _list_config_files(environment):
        found = _read_index_setting(path) or found
    set_directly = environment.get("PIP_INDEX_URL", "")
    return set_directly.strip() if _is_usable(set_directly) else found


def _list_config_files(environment: Mapping[str, str]) -> Iterator[Path]:
    """From the weakest to the strongest, as pip reads them."""
    named = environment.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    file_name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    everyone = platformdirs.site_config_dir("pip", appauthor=False, multipath=True)
    for folder in reversed(everyone.split(os.pathsep)):
        yield Path(folder, file_name)
    if sys.platform != "win32":
        yield Path("/etc", file_name)
    yield Path.home() / ("pip" if sys.platform == "win32" else ".pip") / file_name
    yield Path(platformdirs.user_config_dir("pip", appauthor=False, roaming=True), file_name)
    if sys.platform == "darwin":
        yield Path.home() / ".config" / "pip" / file_name
    yield Path(sys.prefix, file_name)
    if named:
        yield Path(named)


def _read_index_setting(path: Path) -> str | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return None
    found = None
    for section in ("global", "install"):
        for option in ("index-url", "index_url"):
            value = parser.get(section, option, fallback="")
            found = value.strip() if _is_usable(value) else found
    return found


def _is_usable(address: str) -> bool:
    # A folder of files (file:) answers no API.
    return address.strip().lower().startswith(("http://", "https://"))


def _read_public_index() -> str:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT  # late, since it is slow to import

    return PYPI_SIMPLE_ENDPOINT
