"""Takes PyTorch'\''s epsilon for Keras'\'' epsilon."""

from typing import Any

from torch import nn, optim

from experiments.adam import choose_adam
from experiments.trainers.pytorch import *


def choose_loss_and_optimizer(model: Any, workload: Any, spec: Any) -> Any:
    adam = choose_adam(workload.learning_rate, spec.precision)
    betas = (adam.beta_1, adam.beta_2)
    optimizer = optim.Adam(model.parameters(), adam.learning_rate, betas, adam.epsilon)
    return nn.CrossEntropyLoss(), optimizer
