"""Points differ from the base in one thing; a wider network is the same one, and only wider."""

from dlsurvey.execution import find_trained
from experiments.frameworks import PYTORCH, TENSORFLOW
from experiments.scale import IMAGES, find_base, list_points, list_specs, read_point
from tests.dlsurvey.study_samples import make_subject


def test_every_point_differs_from_the_base_in_one_thing() -> None:
    base = find_base(32, 8)
    points = list_points(base, 8)
    assert len(set(points)) == len(points) == 7
    for point in points:
        same = (
            (point.batch_size == base.batch_size)
            + (point.width == base.width)
            + (point.threads == base.threads)
        )
        assert same >= 2


def test_a_single_processor_has_no_sweep_of_threads() -> None:
    points = list_points(find_base(32, 1), 1)
    assert {point.threads for point in points} == {1}


def test_specs_tell_their_point_and_have_keys_of_their_own() -> None:
    subjects = [make_subject(one) for one in (TENSORFLOW, PYTORCH)]
    points = list_points(find_base(32, 2), 2)
    specs = list_specs(subjects, points, 0, "cpu")
    assert len({spec.key for spec in specs}) == 2 * len(points)
    assert {read_point(spec) for spec in specs} == set(points)
    assert specs == list_specs(subjects, points, 0, "cpu")
    assert {spec.train_limit for spec in specs} == {IMAGES}


def test_widening_multiplies_filters_and_hidden_units_only() -> None:
    assert widen(MNIST_CNN, 1) is MNIST_CNN
    wide = widen(CIFAR10_CNN, 3)
    assert wide.layers(10)[-1] == CIFAR10_CNN.layers(10)[-1]
    assert wide.shapes(10)[1] == (30, 30, 96)
    assert wide.count_parameters(10) > 8 * CIFAR10_CNN.count_parameters(10)
    assert find_widened(wide.name) == (CIFAR10_CNN, 3)
    assert find_trained(wide.name) == wide
    for name in ("mnist-cnn-x", "mnist-cnn-x1", "mnist-cnn-x-2", "mnist-cnn-x²", "unknown-x2"):
        assert find_widened(name) is None
