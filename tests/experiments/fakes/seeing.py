"""A trainer that sees a GPU, whatever the machine has, and says more than was asked."""

from tests.experiments.fakes.base import *

print("a framework's own greeting")


def sees_gpu() -> bool:
    return True
