"""Each notebook holds the listings as they ran, is the same file every time, and runs without the project."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.listings import STAGES
from dlsurvey.notebooks import quote, write_notebooks
from experiments import adam
from experiments.frameworks import FRAMEWORKS, Framework
from experiments.notebooks import stand_ins
from experiments.runner import make_variables
from experiments.spec import WORKLOADS, Workload
from tests.dlsurvey.code_samples import make_stages, make_trainers
from tests.dlsurvey.render.sample import make_findings
from tests.experiments.samples import skip_missing

RUN = """
import importlib.abc, json, sys


class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("dlsurvey", "experiments", "collectors", "tests"):
            raise ImportError(f"{name} is hidden: a notebook must do without it")
        return None


sys.meta_path.insert(0, Wall())
names = {"__name__": "__main__"}
with open(sys.argv[1], encoding="utf-8") as file:
    cells = json.load(file)["cells"]
for cell in cells:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
"""


@pytest.fixture(scope="module")
def findings() -> Findings:
    return replace(make_findings(), stages=make_stages(), trainers=make_trainers())


@pytest.fixture(scope="module")
def notebooks(findings: Findings) -> dict[str, bytes]:
    return write_notebooks(findings)


def read_cells(content: bytes, kind: str = "code") -> list[str]:
    cells: list[dict[str, Any]] = json.loads(content)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_one_notebook_for_each_workload_and_framework(notebooks: dict[str, bytes]) -> None:
    assert list(notebooks) == [
        f"notebooks/{workload.name}_{framework.name}.ipynb"
        for workload in WORKLOADS
        for framework in FRAMEWORKS
    ]


def test_a_notebook_is_valid_and_the_same_every_time(
    findings: Findings, notebooks: dict[str, bytes]
) -> None:
    assert write_notebooks(findings) == notebooks
    for content in notebooks.values():
        read = nbformat.reads(content.decode(), as_version=4)
        nbformat.validate(read)
        ids = [cell["id"] for cell in read.cells]
        assert len(ids) == len(set(ids))
        assert not re.search(r"\b20\d\d-\d\d-\d\d\b", content.decode())


def test_listings_stand_in_it_word_for_word(
    findings: Findings, notebooks: dict[str, bytes]
) -> None:
    for framework in FRAMEWORKS:
        cells = read_cells(notebooks[f"notebooks/mnist-cnn_{framework.name}.ipynb"])
        for stage in findings.stages:
            (listing,) = [one for one in stage.listings if one.framework == framework.name]
            assert listing.code in cells


def test_nothing_of_the_project_is_imported(notebooks: dict[str, bytes]) -> None:
    for content in notebooks.values():
        code = "\n".join(read_cells(content))
        assert not re.search(r"^\s*(from|import) (dlsurvey|experiments)", code, re.MULTILINE)


def test_spec_is_that_of_the_newest_trial(findings: Findings) -> None:
    trainers = tuple(one for one in findings.trainers if one.framework == "pytorch")
    (first,) = [one for one in findings.trials if one.spec.framework == "pytorch"][:1]
    trial = replace(
        first,
        spec=replace(
            first.spec,
            workload="mnist-cnn",
            protocol="idiomatic",
            mode="eager",
            epochs=3,
            seed=77,
            device="cpu",
        ),
        trainer_sha256=trainers[0].sha256,
        environment=replace(
            first.environment, versions={"torch": "2.15.0+cpu", "numpy": "1; rm -r"}
        ),
    )
    files = write_notebooks(replace(findings, trainers=trainers, trials=(trial,)))
    content = files["notebooks/mnist-cnn_pytorch.ipynb"]
    (spec,) = [cell for cell in read_cells(content) if cell.startswith("spec = ")]
    assert "seed=77" in spec
    assert "epochs=3" in spec
    (install,) = [one for one in read_cells(content, "markdown") if "pip install" in one]
    assert "torch==2.15.0 numpy torchvision pillow scikit-learn" in install


def test_words_of_a_user_do_nothing() -> None:
    assert quote("a <b>\n# [x](y) `z`") == r"a &lt;b&gt; \# \[x\]\(y\) \`z\`"


def test_images_that_can_be_downloaded_are_chosen(findings: Findings) -> None:
    (first, *_) = findings.workloads
    workload = replace(first, dataset=replace(first.dataset, name="mnist"))
    files = write_notebooks(replace(findings, workloads=(workload,)))
    for framework, library in (("pytorch", "torchvision"), ("tensorflow", "keras")):
        code = read_cells(files[f"notebooks/mnist-cnn_{framework}.ipynb"])[-1]
        assert f"load_images(workload, 'mnist', '{library}')" in code


def test_trainer_that_needs_more_of_the_project_gets_no_notebook(
    findings: Findings, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tuple(
        replace(one, text=one.text.replace("def evaluate(", "def assess("))
        for one in findings.trainers[:1]
    )
    assert write_notebooks(replace(findings, trainers=broken)) == {}
    assert "has no evaluate" in caplog.text
    foreign = replace(
        findings.trainers[0],
        text=findings.trainers[0].text.replace("    Workload,\n", "    Workload,\n    Extra,\n")
        + "\n\ndef count_parameters(model: Extra) -> int:\n    return 1\n",
    )
    assert write_notebooks(replace(findings, trainers=(foreign,))) == {}
    assert "needs Extra" in caplog.text


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one.name)
def test_stand_ins_are_what_they_stand_for(workload: Workload) -> None:
    names = {"Conv", "MaxPool", "Flatten", "Dense"}
    layers = tuple(
        eval(repr(layer), {name: getattr(stand_ins, name) for name in names})
        for layer in workload.hidden_layers
    )
    stood_in = stand_ins.Workload(
        name=workload.name,
        dataset=workload.dataset,
        input_shape=workload.input_shape,
        hidden_layers=layers,
        learning_rate=workload.learning_rate,
    )
    assert tuple(stood_in.shapes(10)) == workload.shapes(10)
    ours, theirs = stand_ins.choose_adam(0.1, "float32"), adam.choose_adam(0.1, "float32")
    assert (ours.beta_1, ours.beta_2, ours.epsilon) == (
        theirs.beta_1, theirs.beta_2, theirs.epsilon,
    )  # fmt: skip
    assert stand_ins.map_epsilon(ours, 3) == adam.map_epsilon(theirs, 3)


def test_digits_have_the_shape_that_the_network_takes() -> None:
    train, test = stand_ins.load_digits((32, 32, 3))
    assert train.images.shape == (1437, 32, 32, 3)
    assert test.images.shape == (360, 32, 32, 3)
    assert 0.9 < train.images.max() <= 1
    assert str(train.labels.dtype) == "int64"


def test_images_that_cannot_be_had_are_replaced_and_said_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, library: str) -> None:
        raise OSError("no network")

    monkeypatch.setattr(stand_ins, "download", fail)
    workload = stand_ins.Workload(
        name="x", dataset="mnist", input_shape=(28, 28, 1), hidden_layers=(), learning_rate=0.1
    )
    train, _ = stand_ins.load_images(workload, "mnist", "keras")
    assert len(train.images) == 1437
    assert "no network" in capsys.readouterr().out


@pytest.mark.trains
@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda one: one.name)
def test_notebook_runs_without_the_project(
    framework: Framework, findings: Findings, tmp_path: Path
) -> None:
    skip_missing(framework)
    trainers = tuple(one for one in findings.trainers if one.framework == framework.name)
    files = write_notebooks(replace(findings, trainers=trainers, trials=()))
    path = tmp_path / "notebook.ipynb"
    path.write_bytes(files[f"notebooks/mnist-cnn_{framework.name}.ipynb"])
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=make_variables("cpu", framework),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *_, last = done.stdout.splitlines()
    found = re.search(r"118,346 parameters.* test accuracy (0\.\d+)", done.stdout)
    assert found, last
    assert float(found[1]) > 0.75  # ten classes: chance is 0.1
    assert done.stdout.count("epoch ") == 5
    assert len(STAGES) == 5
