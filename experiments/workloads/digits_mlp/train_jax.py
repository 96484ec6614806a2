"""A multilayer perceptron, on the digits of scikit-learn, in JAX with Flax NNX and Optax."""

import numpy as np
import optax
from flax import nnx
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader  # JAX brings no loader

EPOCHS = 20
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 10
SEED = 0


def stack(examples):
    return tuple(map(np.stack, zip(*examples)))


def load_data():
    values, labels = load_digits(return_X_y=True)
    values = values.astype("float32") / 16  # 0..1 instead of 0..16
    train_data = list(zip(values[:1437], labels[:1437]))
    test_data = list(zip(values[1437:], labels[1437:]))
    return (
        DataLoader(train_data, BATCH_SIZE, shuffle=True, collate_fn=stack),
        DataLoader(test_data, BATCH_SIZE, collate_fn=stack),
    )


class MLP(nnx.Module):
    def __init__(self, rngs):
        self.dense1 = nnx.Linear(64, 128, rngs=rngs)
        self.dense2 = nnx.Linear(128, 64, rngs=rngs)
        self.dense3 = nnx.Linear(64, CLASSES, rngs=rngs)
        self.dropout = nnx.Dropout(0.2, rngs=rngs)

    def __call__(self, x):
        x = self.dropout(nnx.relu(self.dense1(x)))
        x = self.dropout(nnx.relu(self.dense2(x)))
        return self.dense3(x)


def build_model():
    return MLP(nnx.Rngs(SEED))


@nnx.jit
def compute_loss(model, values, labels):
    logits = model(values)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    return losses.mean(), {"losses": losses, "logits": logits, "labels": labels}


def choose_loss_and_optimizer(model):
    return nnx.Optimizer(model, optax.adam(LEARNING_RATE), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, metrics, values, labels):
    differentiate = nnx.value_and_grad(compute_loss, has_aux=True)
    (_, results), gradients = differentiate(model, values, labels)
    optimizer.update(model, gradients)
    metrics.update(**results)


def make_metrics():
    return nnx.MultiMetric(loss=nnx.metrics.Average("losses"), accuracy=nnx.metrics.Accuracy())


def train(model, optimizer, batches):
    for epoch in range(EPOCHS):
        model.train()
        metrics = make_metrics()
        for values, labels in batches:
            train_step(model, optimizer, metrics, values, labels)
        loss, accuracy = map(float, metrics.compute().values())
        print(f"Epoch {epoch + 1}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return loss, accuracy


def evaluate(model, batches):
    model.eval()
    metrics = make_metrics()
    for values, labels in batches:
        metrics.update(**compute_loss(model, values, labels)[1])
    loss, accuracy = map(float, metrics.compute().values())
    return loss, accuracy


if __name__ == "__main__":
    train_batches, test_batches = load_data()
    model = build_model()
    optimizer = choose_loss_and_optimizer(model)
    train(model, optimizer, train_batches)
    loss, accuracy = evaluate(model, test_batches)
    print(f"Test accuracy: {accuracy:.4f}")
