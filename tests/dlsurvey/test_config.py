"""Settings are what survey.toml says; a mistake in it is named with what is possible there."""

import shutil
import time
from pathlib import Path

import pytest

from dlsurvey.config import load_config, parse_duration
from dlsurvey.errors import ConfigError
from experiments import workloads
from experiments.workloads import find_workload


def write(folder: Path, text: str) -> Path:
    path = folder / "survey.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_wrong_word_is_answered_with_the_right_ones(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text('[survey]\nlanguage = "xx"\n')
    with pytest.raises(ConfigError, match=r"survey.language: .* Possible: en, ko\."):
        load_config(tmp_path / "survey.toml", {})


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(None, {})
    assert config.store == tmp_path / "data"
    assert config.settings.build.profile == "standard"
    assert config.data_folder is None


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "mein kurs ü"
    folder.mkdir()
    config = load_config(
        write(
            folder,
            '[survey]\nauthor = "배자은"\n[data]\nstore = "beweise"\ndir = "../bilder"\n'
            '[experiments.data]\ncifar10-cnn = "folder:fotos"\n',
        ),
        {},
    )
    assert config.settings.survey.author == "배자은"
    assert config.store == folder / "beweise"
    assert config.data_folder == folder / "../bilder"
    assert config.find_data_setting("cifar10-cnn") == f"folder:{folder / 'fotos'}"
    assert config.find_data_setting("mnist-cnn") == "auto"


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, '[data]\ndir = "a"\n')
    assert load_config(path, {"DLSURVEY_DATA_DIR": "/b"}).data_folder == Path("/b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[survey]\nauthour = "A"\n',
            r"unknown key 'authour' in \[survey\]\. Did you mean 'author'\?",
        ),
        ("[surveys]\n", r"unknown key 'surveys' in \[the top level\]\. Did you mean 'survey'\?"),
        ('[sources.github]\nurl = "x"\n', r"Possible: enabled, base_url"),
        ('[build]\nprofile = "fast"\n', r"build\.profile: Invalid enum value 'fast'"),
        ("[experiments]\nthreads = 0\n", r"experiments\.threads: Expected `int` >= 1"),
        ('[experiments]\nbudget = "soon"\n', r"\[experiments\] budget: 'soon' is no duration"),
        ("[margins]\ntime_percent = 0\n", r"margins\.time_percent: Expected `float` > 0"),
        ("[margins]\naccuracy_points = nan\n", r"margins\.accuracy_points: Expected `float`"),
        ("[margins]\nmemory_percent = inf\n", r"margins\.memory_percent: Expected `float` <= 100"),
        ("[margins]\ntime_percents = 5\n", r"Did you mean 'time_percent'\?"),
        ("[survey\n", r"is not valid TOML"),
        (
            '[experiments.data]\nmnst-cnn = "auto"\n',
            r"no workload 'mnst-cnn'.*Did you mean 'mnist-cnn'",
        ),
        ('[experiments]\nframeworks = ["theano"]\n', r"there is no framework 'theano'"),
        ('[experiments]\nworkloads = ["digits-mpl"]\n', r"Did you mean 'digits-mlp'\?"),
        ("[sources.altavista]\n", r"there is no source 'altavista'.*Known: published, pypi"),
        ('[data]\ndir = "~no-such-user/x"\n', r"names no user of this machine"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(write(tmp_path, text), {})
    assert str(tmp_path / "survey.toml") in str(caught.value) or "names no user" in message


@pytest.mark.parametrize(
    "text",
    [
        '[survey]\ntitle = "a"\ntitle = "b"\n',
        "[survey]\n[survey]\n",
        "[experiments]\nthreads = " + "9" * 5000,
        "[experiments]\nthreads = 9223372036854775808",
        "[margins]\ntime_percent = 1e400",
        "[build]\nkeep_days = 99999999999",
        '[experiments]\nbudget = "' + " " * 100_000 + 'x"',
        '[schedule]\nevery = "' + "9" * 100_000 + '"',
        '[sections]\nfolder = "a\\u0000b"',
        '[data]\ncache = "a\\u0000b"',
        "a = " + "{a = " * 3000 + "1" + "}" * 3000,
        ".".join("a" * 1000) + " = 1",
        "#" * 3_000_000,
    ],
    ids=lambda text: text[:24],
)
def test_hostile_settings_are_one_short_sentence_at_once(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text), {})
    assert time.monotonic() - started < 5
    assert len(str(caught.value)) < 600
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no file without an end")
def test_settings_without_an_end_are_refused() -> None:
    with pytest.raises(ConfigError, match="is larger than 256 KiB"):
        load_config(Path("/dev/zero"), {})


def test_margins_may_be_whole_numbers(tmp_path: Path) -> None:
    margins = load_config(write(tmp_path, "[margins]\ntime_percent = 3\n"), {}).settings.margins
    assert (margins.time_percent, margins.memory_percent, margins.accuracy_points) == (3, 5, 0.5)


def test_home_is_expanded_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = write(tmp_path, '[data]\nstore = "~/a"\ndir = "~/b"\n[build]\nreports = "~/c"\n')
    config = load_config(path, {})
    home = tmp_path / "home"
    assert (config.store, config.data_folder, config.reports) == (
        home / "a",
        home / "b",
        home / "c",
    )


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read"):
        load_config(tmp_path / "nowhere.toml", {})


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("45", 45), ("2h", 7200)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "ten", "-5m", "1w", "5 apples", "9" * 5000, "99999999999h"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ConfigError, match="write '90s', '10m' or '1h30m'"):
        parse_duration(text)


def test_a_framework_is_added_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "survey.toml"
    path.write_text(
        '[subjects.mindspore]\ntitle = "MindSpore"\nrepositories = ["mindspore-ai/mindspore"]\n'
        '[subjects.jax]\ntags = ["jax", "flax"]\n'
    )
    subjects = {subject.name: subject for subject in load_config(path).subjects}
    assert list(subjects) == ["tensorflow", "pytorch", "keras", "jax", "mindspore"]
    assert subjects["mindspore"].repositories == ("mindspore-ai/mindspore",)
    assert subjects["jax"].tags == ("jax", "flax")
    assert subjects["jax"].repositories == ("jax-ml/jax",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[subjects.all]\n", "all"),
        ("[subjects.Keras]\n", "small letters"),
        ('[subjects.mlx]\nrepository = ["a/b"]\n', "repositories"),
        ('[subjects.mlx]\nrepositories = ["nonsense"]\n', r"repositories\[0\]"),
    ],
)
def test_a_wrong_subject_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "survey.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=named):
        load_config(path)


def test_a_folder_of_the_user_is_a_workload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workloads, "_own", {})
    built_in = Path(workloads.__file__).parent / "digits_mlp"
    shutil.copytree(built_in, tmp_path / "mein netz ü")
    shutil.copytree(built_in, tmp_path / "my_net")
    path = write(
        tmp_path,
        '[experiments]\nworkloads = ["./my_net", "mnist-cnn", "./mein netz ü"]\n'
        '[experiments.data]\nmy-net = "auto"\n',
    )
    config = load_config(path, {})
    assert config.settings.experiments.workloads == ("my-net", "mnist-cnn", "mein netz ü")
    assert find_workload("my-net").layers == find_workload("digits-mlp").layers


def test_a_folder_that_is_no_workload_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.workload\.toml cannot be read"):
        load_config(write(tmp_path, '[experiments]\nworkloads = ["./nowhere"]\n'), {})


def test_nobody_needs_to_choose_workloads(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, ""), {}).settings.experiments.workloads is None
