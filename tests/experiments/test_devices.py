"""One device for all trials: the GPU only where every framework can use it; the rest is said."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from dlsurvey.errors import ConfigError
from experiments.devices import choose_device, probe, read_gpu_name
from experiments.frameworks import JAX, PYTORCH, TENSORFLOW, Framework
from experiments.runner import Bench, make_environment
from tests.experiments.samples import (
    DATASET,
    ENVIRONMENT,
    MNIST_CNN,
    make_fake,
    make_spec,
    prepare_digits,
)

BOTH = (TENSORFLOW, PYTORCH)


def sees_all(framework: Framework) -> bool:
    return True


def refuse(framework: Framework) -> bool:
    raise AssertionError("nobody needs to be asked")


def test_cpu_asks_nobody() -> None:
    assert choose_device("cpu", BOTH, gpu="constructed", sees=refuse)[:2] == ("cpu", ())


def test_auto_without_a_gpu_imports_nothing() -> None:
    assert choose_device("auto", BOTH, gpu=None, sees=refuse)[:2] == ("cpu", ())


def test_auto_takes_a_gpu_that_all_can_use() -> None:
    assert choose_device("auto", BOTH, gpu="constructed", sees=sees_all)[:2] == ("cuda", ())


def test_auto_never_puts_one_framework_on_a_gpu_and_another_on_the_cpu() -> None:
    chosen = choose_device("auto", BOTH, gpu="constructed", sees=lambda one: one is PYTORCH)
    assert chosen.device == "cpu"
    assert chosen.blind == ()
    assert chosen.reason.startswith("TensorFlow cannot use the GPU (constructed)")


def test_cuda_leaves_out_who_cannot_use_it() -> None:
    chosen = choose_device("cuda", BOTH, gpu="constructed", sees=lambda one: one is PYTORCH)
    assert chosen[:2] == ("cuda", (TENSORFLOW,))
    assert choose_device("cuda", BOTH, gpu=None, sees=refuse).blind == BOTH


def test_gpu_is_read_from_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'Constructed GPU'\necho 'Second GPU'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    read_gpu_name.cache_clear()
    assert read_gpu_name() == "Constructed GPU"
    program.write_text("#!/bin/sh\necho 'no driver' >&2; exit 9\n")
    read_gpu_name.cache_clear()
    assert read_gpu_name() is None
    read_gpu_name.cache_clear()


def test_a_framework_is_asked_in_a_process_of_its_own() -> None:
    assert probe(make_fake("base")) is False  # the fake says that it sees none
    assert probe(make_fake("seeing")) is True
    assert probe(make_fake("no_such_fake")) is False


def test_gpus_are_hidden_from_trials_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert make_environment(make_spec(), JAX)["CUDA_VISIBLE_DEVICES"] == ""
    on_gpu = msgspec.structs.replace(make_spec(), device="cuda")
    assert make_environment(on_gpu, JAX)["CUDA_VISIBLE_DEVICES"] == "3"


def test_a_trial_on_the_gpu_that_sees_none_fails_rather_than_train_on_the_cpu(
    tmp_path: Path,
) -> None:
    prepared = prepare_digits(tmp_path)
    bench = Bench(make_fake("base"), ENVIRONMENT, timeout_seconds=60, log_folder=tmp_path)
    spec = msgspec.structs.replace(make_spec(), device="cuda")
    trial = bench.run(spec, MNIST_CNN, DATASET, Path(prepared.path), lambda event: None)
    assert trial.status == "failed"
    assert trial.reason is not None
    assert "sees no GPU" in trial.reason


@pytest.mark.skipif(read_gpu_name() is not None, reason="this machine has a GPU")
def test_asking_for_a_gpu_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "dlsurvey", "train", "mnist-cnn", "--device", "cuda", "--offline"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == ConfigError.exit_code
    assert "No NVIDIA GPU answers on this machine." in answer.stderr
    assert "--device auto" in answer.stderr
