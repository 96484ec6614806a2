"""The package index comes from a setting, else from pip, else from pypi-simple."""

from pathlib import Path

import pytest

from collectors.index_address import find_index, parse_index


@pytest.mark.parametrize(
    ("address", "json_base", "simple_base"),
    [
        ("https://a.test/simple/", "https://a.test", "https://a.test/simple"),
        ("https://a.test", "https://a.test", "https://a.test/simple"),
        ("https://a.test/x/+simple", "https://a.test/x", "https://a.test/x/+simple"),
        ("http://a.test:81/p/simple?q#f", "http://a.test:81/p", "http://a.test:81/p/simple"),
    ],
)
def test_an_address_is_split(address: str, json_base: str, simple_base: str) -> None:
    found = parse_index(address)
    assert (found.json_base, found.simple_base) == (json_base, simple_base)
    assert found.authorization is None


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "site"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "env"))
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_setting_comes_before_pip(home: Path) -> None:
    assert find_index("https://a.test", {"PIP_INDEX_URL": "https://b.test"}).json_base == (
        "https://a.test"
    )


def test_pip_s_files_are_read_from_weak_to_strong(home: Path) -> None:
    files = [
        (home / "site" / "pip" / "pip.conf", "[global]\nindex-url = https://site.test/simple\n"),
        (home / ".pip" / "pip.conf", "[global]\nindex_url = https://old.test/simple\n"),
        (home / "user" / "pip" / "pip.conf", "[global]\nindex-url = https://user.test/simple\n"),
        (home / "env" / "pip.conf", "[install]\nindex-url = https://env.test/simple\n"),
        (home / "named.conf", "[global]\nindex-url = https://named.test/%(x)s/simple\n"),
    ]
    for path, text in files:
        write(path, text)
        environment = {"PIP_CONFIG_FILE": str(path)} if path.name == "named.conf" else {}
        host = text.partition("https://")[2].partition("/")[0]
        assert find_index("", environment).json_base.startswith(f"https://{host}")
    everything = {"PIP_CONFIG_FILE": str(home / "named.conf"), "PIP_INDEX_URL": "https://e.test"}
    assert find_index("", everything).json_base == "https://e.test"


@pytest.mark.parametrize(
    "text", ["[global]\nindex-url = file:///opt/x\n", "nonsense", "[global]\n", "\x00"]
)
def test_otherwise_the_public_index_is_asked(home: Path, text: str) -> None:
    write(home / "user" / "pip" / "pip.conf", text)
    found = find_index("", {"PIP_INDEX_URL": "file:///opt/x"})
    assert found.simple_base.startswith("https://")
    assert found == find_index("", {"PIP_CONFIG_FILE": "/dev/null"})
