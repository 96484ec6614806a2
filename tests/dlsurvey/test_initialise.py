"""A new survey folder is complete, every key of its settings is there, and nothing is overwritten."""

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

from dlsurvey import settings as tables
from dlsurvey.config import load_config
from dlsurvey.errors import ConfigError
from dlsurvey.initialise import initialise, initialise_workload, read_schema, write_schema
from dlsurvey.schedule import read_scaffold
from dlsurvey.settings import Settings
from experiments.layers import AnyLayer
from experiments.workloads import load_workload

TABLES = {
    "survey": tables.Survey, "build": tables.Build, "data": tables.Data,
    "experiments": tables.Experiments, "margins": tables.Margins, "sections": tables.Sections,
    "schedule": tables.Schedule, "sources.github": tables.SourceSettings,
    "subjects.mlx": tables.SubjectSettings,
}  # fmt: skip


def test_folder_works_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "survey"
    written, kept = initialise(folder)
    assert kept == ()
    assert {path.relative_to(folder).as_posix() for path in written} == {
        ".github/workflows/survey.yml", ".gitignore", "README.md", "requirements.txt",
        "sections/personal-findings.md", "survey.schema.json", "survey.toml",
    }  # fmt: skip
    assert load_config(folder / "survey.toml", {}).settings == Settings()


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text('[survey]\nauthor = "Somebody"\n')
    written, kept = initialise(tmp_path)
    assert kept == (tmp_path / "survey.toml",)
    assert "Somebody" in (tmp_path / "survey.toml").read_text()
    assert initialise(tmp_path) == ((), tuple(sorted((*written, *kept), key=_order)))


def test_workload_can_be_used_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "My_Net"
    written, kept = initialise_workload(folder)
    assert kept == ()
    assert [path.name for path in written] == [
        "workload.toml", "train_pytorch.py", "train_tensorflow.py",
    ]  # fmt: skip
    workload = load_workload(folder)
    assert workload.name == "my-net"
    assert set(workload.programs) == {"pytorch", "tensorflow"}
    assert initialise_workload(folder) == ((), written)


def test_every_kind_of_layer_is_named_in_a_new_workload(tmp_path: Path) -> None:
    initialise_workload(tmp_path)
    text = (tmp_path / "workload.toml").read_text(encoding="utf-8").partition("title = ")[0]
    for layer in get_args(AnyLayer):
        assert re.search(rf"^#.*\b{layer.__struct_config__.tag}\b", text, re.M)
        for key in set(layer.__struct_fields__) - {"name", "layers", "shortcut"}:
            assert re.search(rf"\b{key}\b", text)


def _order(path: Path) -> int:
    names = ["survey.toml", "survey.schema.json", "requirements.txt", "README.md", ".gitignore",
             "personal-findings.md", "survey.yml"]  # fmt: skip
    return names.index(path.name)


def test_every_key_is_there_with_its_comment() -> None:
    text = read_scaffold("survey.toml")
    tables = re.split(r"^(?:# )?\[([\w.]+)\].*$", text, flags=re.M)
    found = dict(zip(tables[1::2], tables[2::2], strict=True))
    for name, struct in TABLES.items():
        keys = set(re.findall(r"^# (\w+) = ", found[name], re.M))
        assert keys == set(struct.__struct_fields__) - {"data"}, name


def test_every_line_may_be_uncommented(tmp_path: Path) -> None:
    lines = [
        re.sub(r"^# (?=\w+ = |\[|cifar10-cnn)", "", line)
        for line in read_scaffold("survey.toml").splitlines()
    ]
    path = tmp_path / "survey.toml"
    path.write_text("\n".join(lines))
    tomllib.loads(path.read_text())
    settings = load_config(path, {}).settings
    assert settings.subjects["mlx"].title == "MLX"
    assert settings.margins == Settings().margins


def test_schema_of_the_package_is_current() -> None:
    assert read_schema() == write_schema(), "run `make schema`"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('[survey]\ntitle = "T"\n[build]\nkeep_days = 3\nlog_format = "json"\n', True),
        ('[subjects.mlx]\nrepositories = ["ml-explore/mlx"]\n', True),
        ('[survey]\nautor = "A"\n', False),
        ("[build]\nkeep_days = 0\n", False),
        ('[build]\nprofile = "huge"\n', False),
    ],
)
def test_schema_takes_and_refuses_what_dlsurvey_does(
    tmp_path: Path, text: str, valid: bool
) -> None:
    validator = Draft202012Validator(json.loads(read_schema()))
    assert validator.is_valid(tomllib.loads(text)) is valid
    path = tmp_path / "survey.toml"
    path.write_text(text)
    if valid:
        load_config(path, {})
    else:
        with pytest.raises(ConfigError):
            load_config(path, {})


def test_new_folder_names_its_schema(tmp_path: Path) -> None:
    initialise(tmp_path)
    first = (tmp_path / "survey.toml").read_text().splitlines()[0]
    assert first == "#:schema ./survey.schema.json"
    assert (tmp_path / "survey.schema.json").read_text() == read_schema()


def test_schema_knows_every_key() -> None:
    schema = json.loads(write_schema())
    assert set(schema["$defs"]["Survey"]["properties"]) == set(tables.Survey.__struct_fields__)
    assert schema["$defs"]["Build"]["additionalProperties"] is False
    assert msgspec.json.schema(Settings)["$ref"] == schema["$ref"]
