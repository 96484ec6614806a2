"""The network of the video comparison, on CIFAR-10, in JAX with Flax NNX and Optax."""

import numpy as np
import optax
from flax import nnx
from torch.utils.data import DataLoader  # JAX brings neither loader nor datasets
from torchvision.datasets import CIFAR10

EPOCHS = 10
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 10
SEED = 0


def stack(examples):
    images, labels = zip(*examples)
    return np.stack(images).astype("float32") / 255, np.array(labels)  # 0..1


def load_data():
    train_data = CIFAR10("data", train=True, download=True)
    test_data = CIFAR10("data", train=False, download=True)
    return (
        DataLoader(train_data, BATCH_SIZE, shuffle=True, collate_fn=stack),
        DataLoader(test_data, BATCH_SIZE, collate_fn=stack),
    )


class CNN(nnx.Module):
    def __init__(self, rngs):
        self.conv1 = nnx.Conv(3, 32, kernel_size=(3, 3), padding="VALID", rngs=rngs)
        self.conv2 = nnx.Conv(32, 64, kernel_size=(3, 3), padding="VALID", rngs=rngs)
        self.conv3 = nnx.Conv(64, 64, kernel_size=(3, 3), padding="VALID", rngs=rngs)
        self.dense1 = nnx.Linear(4 * 4 * 64, 64, rngs=rngs)
        self.dense2 = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, x):
        x = nnx.max_pool(nnx.relu(self.conv1(x)), window_shape=(2, 2), strides=(2, 2))
        x = nnx.max_pool(nnx.relu(self.conv2(x)), window_shape=(2, 2), strides=(2, 2))
        x = nnx.relu(self.conv3(x))
        x = x.reshape(len(x), -1)
        x = nnx.relu(self.dense1(x))
        return self.dense2(x)


def build_model():
    return CNN(nnx.Rngs(SEED))


@nnx.jit
def compute_loss(model, images, labels):
    logits = model(images)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    return losses.mean(), {"losses": losses, "logits": logits, "labels": labels}


def choose_loss_and_optimizer(model):
    return nnx.Optimizer(model, optax.adam(LEARNING_RATE), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, metrics, images, labels):
    differentiate = nnx.value_and_grad(compute_loss, has_aux=True)
    (_, results), gradients = differentiate(model, images, labels)
    optimizer.update(model, gradients)
    metrics.update(**results)


def make_metrics():
    return nnx.MultiMetric(loss=nnx.metrics.Average("losses"), accuracy=nnx.metrics.Accuracy())


def train(model, optimizer, batches):
    for epoch in range(EPOCHS):
        model.train()
        metrics = make_metrics()
        for images, labels in batches:
            train_step(model, optimizer, metrics, images, labels)
        loss, accuracy = map(float, metrics.compute().values())
        print(f"Epoch {epoch + 1}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return loss, accuracy


def evaluate(model, batches):
    model.eval()
    metrics = make_metrics()
    for images, labels in batches:
        metrics.update(**compute_loss(model, images, labels)[1])
    loss, accuracy = map(float, metrics.compute().values())
    return loss, accuracy


if __name__ == "__main__":
    train_batches, test_batches = load_data()
    model = build_model()
    optimizer = choose_loss_and_optimizer(model)
    train(model, optimizer, train_batches)
    loss, accuracy = evaluate(model, test_batches)
    print(f"Test accuracy: {accuracy:.4f}")
