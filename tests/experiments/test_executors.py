"""Ray is an extra: named where it is missing, and imported by nobody who did not ask for it."""

import subprocess
import sys

import pytest

from dlsurvey.errors import MissingDependency
from experiments.executors import Errand, LocalExecutor, open_executor

ERRAND = Errand(
    frameworks=(),
    images={},
    workloads=(),
    settings={},
    data_folder=None,
    cache=None,
    offline=True,
    threads=None,
)


def test_without_ray_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(MissingDependency, match=r"--executor ray needs Ray: .*dlsurvey\[ray\]"),
        open_executor("ray", ERRAND),
    ):
        pass


def test_without_the_option_nothing_of_ray_is_imported() -> None:
    code = (
        "import sys, dlsurvey.build, dlsurvey.training, experiments.nodes\n"
        "from tests.experiments.test_executors import ERRAND\n"
        "from experiments.executors import open_executor\n"
        "with open_executor('local', ERRAND): pass\n"
        "assert not [one for one in sys.modules if one == 'ray' or one.startswith('ray.')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_here_every_trial_may_use_all_processors() -> None:
    with open_executor("local", ERRAND) as executor:
        assert isinstance(executor, LocalExecutor)
        assert executor.threads >= 1
        assert (executor.gaps, executor.notes) == ((), ())
