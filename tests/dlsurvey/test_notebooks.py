"""Each notebook is the program that ran, cut into cells, and the same file every time."""

import json
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings
from dlsurvey.notebooks import quote, write_notebooks
from experiments.frameworks import FRAMEWORKS
from tests.dlsurvey.code_samples import make_programs, make_stages
from tests.dlsurvey.render.sample import make_findings


@pytest.fixture(scope="module")
def findings() -> Findings:
    return replace(make_findings(), stages=make_stages(), programs=make_programs("mnist-cnn"))


@pytest.fixture(scope="module")
def notebooks(findings: Findings) -> dict[str, bytes]:
    return write_notebooks(findings)


def read_cells(content: bytes, kind: str = "code") -> list[str]:
    cells: list[dict[str, Any]] = json.loads(content)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_one_notebook_for_each_program(notebooks: dict[str, bytes]) -> None:
    assert list(notebooks) == [
        f"notebooks/mnist-cnn_{framework.name}.ipynb" for framework in FRAMEWORKS
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
            (listing,) = [one for one in stage.listings if one.program == framework.program]
            assert listing.code in cells


def test_packages_are_those_of_the_trial(findings: Findings) -> None:
    (program,) = [one for one in findings.programs if one.framework == "pytorch"]
    first = findings.trials[0]
    trial = replace(
        first,
        trainer_sha256=program.sha256,
        environment=replace(
            first.environment, versions={"torch": "2.15.0+cpu", "numpy": "1; rm -r"}
        ),
    )
    files = write_notebooks(replace(findings, programs=(program,), trials=(trial,)))
    content = files["notebooks/mnist-cnn_pytorch.ipynb"]
    (install,) = [one for one in read_cells(content, "markdown") if "pip install" in one]
    assert install.endswith("pip install torch==2.15.0 numpy torchvision")


def test_words_of_a_user_do_nothing() -> None:
    assert quote("a <b>\n# [x](y) `z`") == r"a &lt;b&gt; \# \[x\]\(y\) \`z\`"


def test_a_program_that_cannot_be_read_gets_no_notebook(
    findings: Findings, caplog: pytest.LogCaptureFixture
) -> None:
    broken = (replace(findings.programs[0], text="def load_data(:\n"),)
    assert write_notebooks(replace(findings, programs=broken)) == {}
    assert "No notebook for TensorFlow" in caplog.text


def test_the_cells_run_in_turn(
    findings: Findings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a program that needs no framework: what runs with one is tested program by program."""
    text = (
        '"""A program."""\n\nN = 2\n\n\ndef load_data():\n    return N\n\n\ndef build_model():\n'
        "    return N + 1\n\n\ndef choose_loss_and_optimizer(model):\n    return model\n\n\n"
        "def train(model, data):\n    return model * data\n\n\ndef evaluate(model):\n    return 1\n\n\n"
        'if __name__ == "__main__":\n    data = load_data()\n    print(train(build_model(), data))\n'
    )
    program = replace(findings.programs[1], text=text)
    (content,) = write_notebooks(replace(findings, programs=(program,))).values()
    names: dict[str, Any] = {"__name__": "__main__", "os": os}
    for cell in read_cells(content):
        exec(compile(cell, "cell", "exec"), names)
    assert capsys.readouterr().out == "6\n"
