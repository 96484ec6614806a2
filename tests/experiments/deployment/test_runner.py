"""Every way out becomes a row: what answers the same, what is altered, what fails, what is missing."""

import os

import pytest

from experiments.deployment.exporting import Subject
from experiments.deployment.processes import ask_all
from experiments.deployment.record import ROUNDS, Deployment, Deployments
from experiments.deployment.routes import EXPORTERS, ROUTES, Route, Runtime, list_routes
from experiments.deployment.runner import deploy_all
from experiments.frameworks import FRAMEWORKS, Framework
from tests.experiments.deployment.fakes import WAY
from tests.experiments.samples import MNIST_CNN, make_spec, prepare_digits

FAKES = "tests.experiments.deployment.fakes"
FAKE = Framework(
    name="fake",
    title="Fake",
    adapter=FAKES,
    program="pytorch",
    imports=("numpy",),
    package="numpy",
    modes=("eager",),
)
RUNTIME = Runtime(name="fake", title="Fake runtime", module=FAKES, packages=("numpy",))


def make_route(name: str, **changes: object) -> Route:
    fields = {"framework": FAKE, "runtime": RUNTIME, "ending": "npz"} | changes
    return Route(name=name, title=name.title(), **fields)  # type: ignore[arg-type]  # by name


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    prepared = prepare_digits(tmp_path_factory.mktemp("prepared"))
    return Subject(
        framework=FAKE,
        spec=make_spec(),
        workload=MNIST_CNN,
        prepared=prepared.path,
    )


@pytest.fixture(scope="module")
def record(subject: Subject) -> Deployments:
    """One run of all, since every route takes processes."""
    routes = (
        make_route("good"),
        make_route("altered"),
        make_route("rounded", precision="int8"),
        make_route("ruined", precision="int8"),
        make_route("second", ways=("as it is", WAY)),
        make_route("raises"),
        make_route("dies"),
        make_route("broken"),
        make_route("mute"),
        make_route("absent", packages=("no-such-package",), conflict="it asks for numpy<1"),
        make_route("browser", runtime=None),
        make_route("after"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EXPORTERS, "fake", FAKES)
        return deploy_all([subject], timeout_seconds=60, say=lambda _: None, routes=routes)


def find(record: Deployments, route: str) -> Deployment:
    return next(one for one in reversed(record.deployments) if one.route == route)


@pytest.mark.parametrize("route", ["good", "after"])
def test_what_answers_the_same_is_measured_in_fresh_processes(
    record: Deployments, route: str
) -> None:
    good = find(record, route)
    assert (good.status, good.error, good.way) == ("completed", "", "")
    assert good.same_answers
    assert good.answers is not None
    assert good.answers.max_difference == 0
    assert good.answers.images == 360
    assert good.size_bytes
    assert good.files == 1
    assert good.runtime_packages == 1
    assert good.runtime_bytes is not None
    assert good.runtime_bytes > 10**6
    assert len(good.runs) == ROUNDS
    for run in good.runs:
        assert run.frameworks == ()
        assert run.image_seconds_median <= run.image_seconds_p95
        assert run.image_repeats == 200
        assert run.cold_start_seconds > 0


def test_altered_answers_are_caught(record: Deployments) -> None:
    altered = find(record, "altered")
    assert altered.status == "failed"
    assert not altered.same_answers
    assert "its answers are altered" in altered.error
    assert altered.answers is not None
    assert altered.answers.max_difference == pytest.approx(0.9, rel=1e-3)
    assert len(altered.runs) == 1  # what answers otherwise is not timed


def test_eight_bits_are_judged_by_accuracy(record: Deployments) -> None:
    assert find(record, "rounded").same_answers
    ruined = find(record, "ruined")
    assert ruined.status == "failed"
    assert "points of accuracy are lost" in ruined.error


def test_every_way_is_a_row_until_one_works(record: Deployments) -> None:
    first, second = (one for one in record.deployments if one.route == "second")
    assert (first.way, first.status) == ("", "failed")
    assert (second.way, second.status) == (WAY, "completed")


@pytest.mark.parametrize(
    ("route", "status", "words"),
    [
        ("raises", "failed", "ValueError: in program.py: no such layer"),
        ("dies", "failed", "the process ended with exit code 7"),
        ("broken", "failed", "RuntimeError: in lib.so: no such operator"),
        ("mute", "failed", "the logits have (360, 10)"),
        ("absent", "missing", "package no-such-package is not installed: pip install"),
        ("browser", "failed", "nothing here runs it"),
    ],
)
def test_what_fails_is_a_row_with_its_error(
    record: Deployments, route: str, status: str, words: str
) -> None:
    row = find(record, route)
    assert row.status == status
    assert words in row.error
    assert "/home" not in row.error
    assert not row.same_answers


def test_a_conflict_is_said(record: Deployments) -> None:
    assert "it asks for numpy<1" in find(record, "absent").error


def test_weights_alone_come_back_bit_by_bit(record: Deployments) -> None:
    array, nothing = record.serializations
    assert (array.status, array.same, array.repeats) == ("completed", True, 5)
    assert array.size_bytes
    assert nothing.status == "failed"
    assert nothing.error == "OSError: no place"


def test_a_process_that_hangs_is_stopped_and_its_answers_are_kept() -> None:
    answers, reason = ask_all(
        "tests.experiments.deployment.sleeper", None, str, dict(os.environ), 5
    )
    assert answers == ["awake"]
    assert reason == "no answer within 5 s"


def test_every_framework_has_an_exporter_and_routes() -> None:
    for framework in FRAMEWORKS:
        assert framework.name in EXPORTERS
        routes = list_routes(framework.name)
        assert len({route.name for route in routes}) == len(routes) > 0
    assert {route.framework.name for route in ROUTES} == set(EXPORTERS)
