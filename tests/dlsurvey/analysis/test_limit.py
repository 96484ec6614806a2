"""Operations are those of the layers, the limit is the fastest product, shares follow from both."""

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.limit import assess_limit
from experiments.operations import count_backward, count_forward, count_multiplications
from experiments.workloads import find_workload, list_workloads
from tests.dlsurvey.samples import make_trial
from tests.dlsurvey.study_samples import make_products
from tests.experiments.samples import DATASET, ENVIRONMENT

MNIST_CNN = find_workload("mnist-cnn")


def test_operations_are_counted_by_hand() -> None:
    conv = (24 * 24 * 32 * 25 * 1, 8 * 8 * 64 * 25 * 32)
    dense = (1024 * 64, 64 * 10)
    assert count_multiplications(MNIST_CNN) == (conv[0], 0, conv[1], 0, 0, *dense)
    forward = 2 * (sum(conv) + sum(dense))
    assert count_forward(MNIST_CNN) == forward
    assert count_backward(MNIST_CNN) == 2 * forward - 2 * conv[0]


def test_backward_is_about_twice_forward() -> None:
    for workload in list_workloads():
        assert 1.4 < count_backward(workload) / count_forward(workload) < 2


def test_attention_and_residual_blocks_are_counted() -> None:
    text = find_workload("text-transformer")
    block = 4 * 64 * 64**2 + 2 * 64**2 * 64 + 2 * 64 * 64 * 256
    assert count_forward(text) == 2 * (2 * block + 64 * 64 * 128)


def test_shares_are_of_the_fastest_product() -> None:
    trials = [make_trial(name, seed) for name in ("tensorflow", "pytorch") for seed in range(3)]
    workloads = compare_workloads(trials, (DATASET,))
    found = assess_limit(make_products(), workloads, trials)
    assert found is not None
    assert found.limit_title == "PyTorch"
    assert found.limit == pytest.approx(100e9, rel=0.01)
    images = 2 * DATASET.train_images - 32
    work = count_forward(MNIST_CNN) + count_backward(MNIST_CNN)
    for one in found.attained:
        assert one.rate.mean == pytest.approx(work * images / 9.0)
        assert one.share == pytest.approx(one.rate.mean / found.limit)
    assert len(found.sentences) == 2
    assert "idiomatic protocol" in found.sentences[1]


def test_trials_of_other_machines_or_threads_have_no_share() -> None:
    trials = [make_trial(name) for name in ("tensorflow", "pytorch")]
    workloads = compare_workloads(trials, (DATASET,))
    for products in (
        make_products(threads=1),
        make_products(environment=replace(ENVIRONMENT, cpu="another")),
    ):
        found = assess_limit(products, workloads, trials)
        assert found is not None
        assert found.attained == ()
        assert len(found.sentences) == 1


def test_a_framework_that_failed_stays_a_row() -> None:
    products = make_products()
    lost = replace(products.products[0], runs=(), error="no answer within 180 s")
    found = assess_limit(replace(products, products=(lost, *products.products[1:])), (), ())
    assert found is not None
    assert found.multiplied[0].rate is None
    assert found.multiplied[0].error
    nothing = replace(products, products=(lost,))
    assert assess_limit(nothing, (), ()) is None
