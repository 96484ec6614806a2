"""What stands under a misread image follows from the trials' lists, also where these end early."""

import base64

from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.pictures import add_pictures, describe_pictures
from dlsurvey.records import Mistake, Sample, Samples, Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET

PIXELS = base64.b64encode(bytes(range(4))).decode("ascii")


def keep(*mistaken: tuple[int, int]) -> Samples:
    return Samples(
        dataset_sha256=DATASET.sha256,
        height=2,
        width=2,
        channels=1,
        examples=(Sample(image=5, label=1, pixels=PIXELS), Sample(image=3, label=0, pixels=PIXELS)),
        mistaken=tuple(
            Sample(image=image, label=label, pixels=PIXELS) for image, label in mistaken
        ),
    )


def make_run(seed: int, *mistakes: tuple[int, int, int], wrong: int | None = None) -> Trial:
    """`wrong` is how many it got wrong in all, told by its confusion matrix."""
    confusion = () if wrong is None else ((300, wrong), (0, 60))
    return make_trial(
        "pytorch",
        seed,
        mistakes=tuple(Mistake(image=i, label=label, predicted=p) for i, label, p in mistakes),
        confusion=confusion,
    )


def test_most_frequent_reading_and_how_many_runs() -> None:
    runs = [make_run(0, (7, 4, 9)), make_run(1, (7, 4, 9)), make_run(2, (7, 4, 1), (9, 0, 1))]
    pictures = describe_pictures([keep((7, 4))], DATASET, runs)
    assert pictures is not None
    (picture,) = pictures.mistaken
    assert (picture.label, picture.predicted, picture.wrong, picture.told) == ("4", "9", 3, 3)


def test_a_list_that_ends_early_tells_nothing_of_later_images() -> None:
    runs = [
        make_run(0, (7, 4, 9)),
        make_run(1, (2, 0, 1), wrong=5),  # five wrong, one listed: 7 may be among the rest
        make_run(2, (2, 0, 1), wrong=1),  # one wrong, one listed: 7 was right
        make_run(3, (8, 0, 1), wrong=5),  # the list goes beyond 7: it was right
    ]
    pictures = describe_pictures([keep((7, 4))], DATASET, runs)
    assert pictures is not None
    assert (pictures.mistaken[0].wrong, pictures.mistaken[0].told) == (1, 3)


def test_images_that_no_trial_of_the_edition_misread_are_left_out() -> None:
    pictures = describe_pictures([keep((7, 4))], DATASET, [make_run(0, (2, 0, 1))])
    assert pictures is not None
    assert pictures.mistaken == ()
    assert [picture.label for picture in pictures.examples] == ["0", "1"]


def test_images_of_another_dataset_are_not_shown() -> None:
    other = replace(keep((7, 4)), dataset_sha256="e" * 64)
    assert describe_pictures([other], DATASET, []) is None
    trials = [make_run(0, (7, 4, 9))]
    (workload,) = compare_workloads(trials, [DATASET])
    assert add_pictures([workload], [other], trials)[0].pictures is None
    assert add_pictures([workload], [other, keep((7, 4))], trials)[0].pictures is not None
