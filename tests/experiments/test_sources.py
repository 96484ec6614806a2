"""Images are found in the order that the design gives, prepared once, and missing ones say what to do."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from dlsurvey.errors import ConfigError, DatasetError
from experiments import sources
from experiments.datasets import load_arrays
from experiments.sources import find_source, prepare
from experiments.workloads import Workload, find_workload
from tests.experiments.samples import CIFAR10_CNN, MNIST_CNN
from tests.experiments.test_folder import write_images
from tests.experiments.test_idx import write_mnist


def find(workload: Workload, tmp_path: Path, **changes: Any) -> sources.Source:
    options = {"setting": "auto", "data_folder": None, "cache": tmp_path / "cache", "offline": True}
    return find_source(workload, **(options | changes))


def test_digits_stand_in_for_mnist(tmp_path: Path) -> None:
    prepared = prepare(find(MNIST_CNN, tmp_path), tmp_path / "cache")
    dataset = prepared.dataset
    assert dataset.stand_in_for == "MNIST"
    assert (dataset.train_images, dataset.test_images) == (1437, 360)
    train, test = load_arrays(Path(prepared.path), 100)
    assert train.inputs.shape == (100, 28, 28, 1)
    assert train.inputs.dtype == np.float32
    assert 0.9 < train.inputs.max() <= 1.0
    assert test.labels.dtype == np.int64
    assert set(test.labels.tolist()) == set(range(10))


def test_mnist_on_disk_goes_first_and_is_prepared_once(tmp_path: Path) -> None:
    write_mnist(tmp_path / "ort mit ü", suffix=".gz")
    source = find(MNIST_CNN, tmp_path, data_folder=tmp_path / "ort mit ü")
    first = prepare(source, tmp_path / "cache")
    made = Path(first.path).stat().st_mtime_ns
    assert first.dataset.stand_in_for is None
    assert prepare(source, tmp_path / "cache") == first
    assert Path(first.path).stat().st_mtime_ns == made


def test_packing_does_not_change_the_hash(tmp_path: Path) -> None:
    write_mnist(tmp_path / "a", suffix=".gz")
    write_mnist(tmp_path / "b")
    hashes = {
        prepare(
            find(MNIST_CNN, tmp_path, data_folder=tmp_path / name), tmp_path / "cache"
        ).dataset.sha256
        for name in "ab"
    }
    assert len(hashes) == 1


def test_data_folder_that_lacks_a_file_is_not_passed_over(tmp_path: Path) -> None:
    files = write_mnist(tmp_path / "data")
    files[3].unlink()
    with pytest.raises(DatasetError, match="lacks t10k-labels-idx1-ubyte"):
        find(MNIST_CNN, tmp_path, data_folder=tmp_path / "data")
    with pytest.raises(DatasetError, match="name the folder above MNIST/raw"):
        find(MNIST_CNN, tmp_path, data_folder=tmp_path / "data" / "MNIST")


def test_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    source = find(MNIST_CNN, tmp_path)
    first = prepare(source, tmp_path / "cache")
    Path(first.path).write_bytes(Path(first.path).read_bytes()[:1000])
    with pytest.raises(DatasetError, match="delete the file"):
        load_arrays(Path(first.path))
    again = prepare(source, tmp_path / "cache")
    assert len(load_arrays(Path(again.path))[0].labels) == 1437


def test_changed_files_are_prepared_again(tmp_path: Path) -> None:
    write_mnist(tmp_path / "data")
    source = find(MNIST_CNN, tmp_path, data_folder=tmp_path / "data")
    first = prepare(source, tmp_path / "cache")
    write_mnist(tmp_path / "data", images=20)
    second = prepare(source, tmp_path / "cache")
    assert (first.dataset.train_images, second.dataset.train_images) == (12, 20)


def test_truncated_file_stops_with_its_name(tmp_path: Path) -> None:
    files = write_mnist(tmp_path / "data")
    files[2].write_bytes(files[2].read_bytes()[:100])
    source = find(MNIST_CNN, tmp_path, data_folder=tmp_path / "data")
    with pytest.raises(DatasetError, match=r"t10k-images.*truncated"):
        prepare(source, tmp_path / "cache")


def test_digits_in_three_channels_stand_in_for_cifar(tmp_path: Path) -> None:
    prepared = prepare(find(CIFAR10_CNN, tmp_path), tmp_path / "cache")
    small = prepare(find(MNIST_CNN, tmp_path), tmp_path / "cache")
    dataset = prepared.dataset
    assert (dataset.stand_in_for, dataset.name) == ("CIFAR-10", "sklearn-digits-32")
    assert "in place of CIFAR-10 because no network was to be used" in dataset.origin
    assert dataset.sha256 != small.dataset.sha256
    assert (dataset.train_images, dataset.height, dataset.channels) == (1437, 32, 3)
    train, _ = load_arrays(Path(prepared.path), 10)
    assert train.inputs.shape == (10, 32, 32, 3)
    assert np.array_equal(train.inputs[..., 0], train.inputs[..., 2])


def test_digits_as_they_are_stand_in_for_nothing(tmp_path: Path) -> None:
    prepared = prepare(find(find_workload("digits-mlp"), tmp_path), tmp_path / "cache")
    assert prepared.dataset.stand_in_for is None
    assert (prepared.dataset.height, prepared.dataset.width) == (8, 8)
    train, test = load_arrays(Path(prepared.path))
    assert (train.inputs.shape, test.inputs.shape) == ((1437, 64), (360, 64))
    assert train.inputs.max() == 1.0


def test_text_is_the_documentation_of_python_or_a_file(tmp_path: Path) -> None:
    workload = find_workload("text-transformer")
    (length,) = workload.input_shape
    documentation = prepare(find(workload, tmp_path), tmp_path / "cache")
    assert documentation.dataset.name == "python-documentation"
    train, _ = load_arrays(Path(documentation.path), 10)
    assert train.inputs.shape == train.labels.shape == (10, length)
    assert [str(one.dtype) for one in train] == ["int32", "int64"]
    path = tmp_path / "text ü.txt"
    path.write_text("to be or not to be\n\n" * 2000)
    own = prepare(find(workload, tmp_path, setting=f"text:{path}"), tmp_path / "cache")
    assert own.dataset.name == "text-text ü.txt"
    assert own.dataset.sha256 != documentation.dataset.sha256
    with pytest.raises(ConfigError, match="does not exist"):
        find(workload, tmp_path, setting=f"text:{tmp_path / 'nowhere.txt'}")
    with pytest.raises(ConfigError, match="write 'auto' or 'text:FILE'"):
        find(workload, tmp_path, setting="folder:x")


def test_a_dataset_that_nobody_knows_is_named(tmp_path: Path) -> None:
    strange = replace(MNIST_CNN, name="my-net", dataset="imagenet")
    with pytest.raises(ConfigError, match=r"my-net: 'imagenet' is no dataset\. Known: mnist, "):
        find(strange, tmp_path)


def test_images_of_another_shape_are_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path / "data")
    wide = replace(MNIST_CNN, input_shape=(32, 32, 1))
    source = find(wide, tmp_path, data_folder=tmp_path / "data")
    with pytest.raises(DatasetError, match=r"takes examples of \(32, 32, 1\), not \(28, 28, 1\)"):
        prepare(source, tmp_path / "cache")


def test_more_classes_than_the_network_tells_apart_are_refused(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "many", classes=tuple("abcdefghijk"))
    with pytest.raises(ConfigError, match="holds 11 classes, and cifar10-cnn tells 10 apart"):
        find(CIFAR10_CNN, tmp_path, setting=f"folder:{folder}")


def test_image_folder_of_the_user(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "bilder")
    prepared = prepare(find(CIFAR10_CNN, tmp_path, setting=f"folder:{folder}"), tmp_path / "cache")
    assert prepared.dataset.name == "folder-bilder"
    assert prepared.dataset.classes == ("cat", "dög")
    assert prepared.dataset.channels == 3


def test_unknown_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="write 'auto' or 'folder:PATH'"):
        find(MNIST_CNN, tmp_path, setting="somewhere")


def test_data_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DLSURVEY_DATA_DIR"):
        find(MNIST_CNN, tmp_path, data_folder=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (
            "RuntimeError: Error downloading train-images\n",
            "no mirror of torchvision's could be reached",
        ),
        ("RuntimeError: operator torchvision::nms does not exist\n", "see dlsurvey doctor"),
    ],
)
def test_failed_download_falls_back_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, reason: str
) -> None:
    def fail(*args: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(args, 1, "", stderr)

    monkeypatch.setattr("experiments.sources.subprocess.run", fail)
    source = find(MNIST_CNN, tmp_path, offline=False)
    assert source.kind == "digits"
    assert reason in source.origin
