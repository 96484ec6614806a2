"""Only nodes that are alike take part, and only with the driver's code and images."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.errors import ConfigError
from experiments.executors import Errand
from experiments.node import Report, Task, hash_experiments, look_around, run_task
from experiments.nodes import Node, choose_nodes
from experiments.sources import Prepared
from tests.experiments.samples import DATASET, ENVIRONMENT, MNIST_CNN, make_fake, make_spec

FAKE = make_fake("base")
ERRAND = Errand(
    frameworks=(FAKE,),
    images={"mnist-cnn": DATASET.sha256},
    workloads=(MNIST_CNN,),
    settings={},
    data_folder=None,
    cache=None,
    offline=True,
    threads=None,
)
REPORT = Report(
    environments={"fake": ENVIRONMENT},
    missing={},
    code_sha256=hash_experiments(),
    prepared={"mnist-cnn": Prepared(dataset=DATASET, path="images.npz")},
    faults={},
)


def make_node(name: str, cpus: float = 4, **changes: Any) -> Node:
    return Node(name, name, cpus, 0, replace(REPORT, **changes))


def test_the_largest_set_that_agrees_takes_part_and_the_others_are_named() -> None:
    other = {"fake": replace(ENVIRONMENT, cpu="another", memory_bytes=1)}
    nodes = [make_node("a"), make_node("b", 6, environments=other), make_node("c")]
    choice = choose_nodes(nodes, ERRAND)
    assert [one.name for one in choice.nodes] == ["a", "c"]
    (gap,) = choice.gaps
    assert gap.what == "The node b of the cluster"
    assert "differs from the others in processor another, memory 1 bytes" in gap.why
    large = [make_node("a"), make_node("b", 16, environments=other), make_node("c")]
    assert [one.name for one in choose_nodes(large, ERRAND).nodes] == ["b"]


def test_a_commit_apart_is_no_other_environment() -> None:
    commit = {"fake": replace(ENVIRONMENT, git_commit="abc+")}
    choice = choose_nodes([make_node("a"), make_node("b", environments=commit)], ERRAND)
    assert len(choice.nodes) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fault": "it did not answer"}, "it did not answer"),
        ({"code_sha256": "f" * 64}, "its dlsurvey is of another version"),
        (
            {"prepared": {}, "faults": {"mnist-cnn": "none"}},
            "it has no images for mnist-cnn (none)",
        ),
        (
            {
                "prepared": {
                    "mnist-cnn": Prepared(dataset=replace(DATASET, sha256="e" * 64), path="")
                }
            },
            "its images for mnist-cnn are others than here",
        ),
    ],
)
def test_a_node_that_would_measure_something_else_is_left_out(
    changes: dict[str, Any], reason: str
) -> None:
    choice = choose_nodes([make_node("a"), make_node("b", 99, **changes)], ERRAND)
    assert [one.name for one in choice.nodes] == ["a"]
    assert reason in choice.gaps[0].why
    with pytest.raises(ConfigError, match="No node of the Ray cluster can be used"):
        choose_nodes([make_node("b", **changes)], ERRAND)


def test_a_node_too_small_for_a_trial_is_left_out() -> None:
    errand = replace(ERRAND, threads=8)
    with pytest.raises(ConfigError, match="it lends 4 processors and a trial needs 8"):
        choose_nodes([make_node("a")], errand)


def test_a_framework_that_only_some_have_parts_them() -> None:
    bare = make_node("b", environments={}, missing={"fake": "pip install it"})
    choice = choose_nodes([make_node("a", 5), bare], ERRAND)
    assert [one.name for one in choice.nodes] == ["a"]
    assert "Fake" in choice.gaps[0].why or "fake not installed" in choice.gaps[0].why


def test_a_node_tells_what_it_has_and_runs_a_trial(tmp_path: Path) -> None:
    strange = replace(FAKE, name="strange", package="no-such-package")
    errand = replace(ERRAND, frameworks=(FAKE, strange), cache=str(tmp_path))
    report = look_around(errand)
    assert report.environments["fake"].cores >= 1
    assert "no-such-package" in report.missing["strange"]
    assert report.code_sha256 == hash_experiments()
    assert (report.faults, report.fault) == ({}, "")
    prepared = report.prepared["mnist-cnn"]
    spec = replace(make_spec(), dataset_sha256=prepared.dataset.sha256)
    outcome = run_task(
        Task(
            spec=spec,
            workload=MNIST_CNN,
            framework=make_fake("chatty"),
            prepared=prepared,
            timeout_seconds=60,
        )
    )
    assert outcome.trial.status == "completed"
    assert outcome.trial.environment == report.environments["fake"]
    assert "straight to the descriptor" in outcome.log


def test_a_node_without_images_says_why(tmp_path: Path) -> None:
    errand = replace(
        ERRAND, cache=str(tmp_path), settings={"mnist-cnn": f"folder:{tmp_path / 'nowhere'}"}
    )
    report = look_around(errand)
    assert report.prepared == {}
    assert "nowhere" in report.faults["mnist-cnn"]
