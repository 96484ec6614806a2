"""A small residual network, on CIFAR-10, in JAX with Flax NNX and Optax."""

import numpy as np
import optax
from flax import nnx
from torch.utils.data import DataLoader  # JAX brings neither loader nor datasets
from torchvision.datasets import CIFAR10

EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.05
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


def make_conv(channels, filters, stride, rngs):
    # padding="SAME" would pad one side only where the stride is 2
    return nnx.Conv(channels, filters, (3, 3), stride, padding=1, use_bias=False, rngs=rngs)


class ResidualBlock(nnx.Module):
    def __init__(self, channels, filters, stride, rngs):
        self.conv1 = make_conv(channels, filters, stride, rngs)
        self.norm1 = nnx.BatchNorm(filters, rngs=rngs)
        self.conv2 = make_conv(filters, filters, 1, rngs)
        self.norm2 = nnx.BatchNorm(filters, rngs=rngs)
        if stride == 2:
            conv = nnx.Conv(channels, filters, (1, 1), stride, use_bias=False, rngs=rngs)
            self.shortcut = nnx.Sequential(conv, nnx.BatchNorm(filters, rngs=rngs))
        else:
            self.shortcut = nnx.identity

    def __call__(self, x):
        y = nnx.relu(self.norm1(self.conv1(x)))
        return nnx.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class ResNet(nnx.Module):
    def __init__(self, rngs):
        self.conv = make_conv(3, 16, 1, rngs)
        self.norm = nnx.BatchNorm(16, rngs=rngs)
        self.residual1 = ResidualBlock(16, 16, stride=1, rngs=rngs)
        self.residual2 = ResidualBlock(16, 32, stride=2, rngs=rngs)
        self.residual3 = ResidualBlock(32, 64, stride=2, rngs=rngs)
        self.dense = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.norm(self.conv(x)))
        x = self.residual3(self.residual2(self.residual1(x)))
        return self.dense(x.mean(axis=(1, 2)))


def build_model():
    return ResNet(nnx.Rngs(SEED))


@nnx.jit
def compute_loss(model, images, labels):
    logits = model(images)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    return losses.mean(), {"losses": losses, "logits": logits, "labels": labels}


def choose_loss_and_optimizer(model):
    return nnx.Optimizer(model, optax.sgd(LEARNING_RATE, momentum=0.9), wrt=nnx.Param)


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
