"""The workloads are those of the surveys, and their arithmetic is right."""

import pytest

from experiments.spec import CIFAR10_CNN, MNIST_CNN, WORKLOADS, Workload


def test_names_are_unique() -> None:
    assert len({workload.name for workload in WORKLOADS}) == len(WORKLOADS)


def test_shapes_follow_the_layers() -> None:
    assert MNIST_CNN.shapes(10) == (
        (28, 28, 1), (24, 24, 32), (12, 12, 32), (8, 8, 64), (4, 4, 64), (1024,), (64,), (10,),
    )  # fmt: skip
    assert CIFAR10_CNN.shapes(10)[-4:] == ((4, 4, 64), (1024,), (64,), (10,))


@pytest.mark.parametrize(
    ("workload", "parameters"),
    [
        # 32·(25+1) + 64·(800+1) + 64·(1024+1) + 10·(64+1)
        (MNIST_CNN, 832 + 51264 + 65600 + 650),
        # 32·(27+1) + 64·(288+1) + 64·(576+1) + 64·(1024+1) + 10·(64+1)
        (CIFAR10_CNN, 896 + 18496 + 36928 + 65600 + 650),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_parameters_are_counted(workload: Workload, parameters: int) -> None:
    assert workload.count_parameters(10) == parameters


def test_last_layer_has_one_logit_per_class() -> None:
    assert MNIST_CNN.shapes(3)[-1] == (3,)
