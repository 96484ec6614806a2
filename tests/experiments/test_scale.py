"""Points differ from the base in one thing, and every spec tells its point."""

from experiments.frameworks import PYTORCH, TENSORFLOW
from experiments.scale import IMAGES, find_base, list_points, list_specs, read_point
from tests.dlsurvey.study_samples import make_subject


def test_every_point_differs_from_the_base_in_one_thing() -> None:
    base = find_base(32, 8)
    points = list_points(base, 8)
    assert len(set(points)) == len(points) == 5
    for point in points:
        assert point.batch_size == base.batch_size or point.threads == base.threads


def test_a_batch_size_of_its_own_is_a_point() -> None:
    base = find_base(64, 8)
    assert [one.batch_size for one in list_points(base, 8) if one.threads == base.threads] == [
        8, 32, 64, 128, 512,
    ]  # fmt: skip


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
