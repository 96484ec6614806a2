"""A Ray cluster of two nodes on this machine, for the tests that send trials to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

MARK = "DLSURVEY_TEST_CLUSTER"
"""Set in the environment of every process of the cluster."""


@contextmanager
def start_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cluster of one node, which keeps it together; others may be added and killed."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv(MARK, "1")
    # Where the fakes are: the processes of the nodes start where this one runs.
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False}
    )
    try:
        monkeypatch.setenv("RAY_ADDRESS", cluster.address)
        yield cluster
    finally:
        cluster.shutdown()
