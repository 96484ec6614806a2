"""A small transformer, on Python's documentation, in JAX with Flax NNX and Optax."""

from pydoc_data.topics import topics

import numpy as np
import optax
from flax import nnx
from torch.utils.data import DataLoader  # JAX brings no loader

EPOCHS = 3
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 128
SEED = 0


def stack(examples):
    return tuple(map(np.stack, zip(*examples)))


def cut_windows(texts):
    tokens = np.array(list("\n".join(texts).encode("ascii", "replace")))
    end = (len(tokens) - 1) // 64 * 64
    # the label of each character is the one that follows
    return list(zip(tokens[:end].reshape(-1, 64), tokens[1 : end + 1].reshape(-1, 64)))


def load_data():
    texts = [topics[name] for name in sorted(topics)]  # every tenth one tests
    train_texts = [text for place, text in enumerate(texts) if place % 10]
    return (
        DataLoader(cut_windows(train_texts), BATCH_SIZE, shuffle=True, collate_fn=stack),
        DataLoader(cut_windows(texts[::10]), BATCH_SIZE, collate_fn=stack),
    )


class Block(nnx.Module):
    def __init__(self, rngs):
        self.norm1 = nnx.LayerNorm(64, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(4, in_features=64, decode=False, rngs=rngs)
        self.norm2 = nnx.LayerNorm(64, rngs=rngs)
        self.dense1 = nnx.Linear(64, 256, rngs=rngs)
        self.dense2 = nnx.Linear(256, 64, rngs=rngs)

    def __call__(self, x, mask):
        x = x + self.attention(self.norm1(x), mask=mask)
        # NNX would take the approximation by tanh, as no other framework does
        y = nnx.gelu(self.dense1(self.norm2(x)), approximate=False)
        return x + self.dense2(y)


class Transformer(nnx.Module):
    def __init__(self, rngs):
        self.embedding = nnx.Embed(CLASSES, 64, rngs=rngs)
        self.position_embedding = nnx.Embed(64, 64, rngs=rngs)
        self.block1 = Block(rngs)
        self.block2 = Block(rngs)
        self.norm = nnx.LayerNorm(64, rngs=rngs)
        self.dense = nnx.Linear(64, CLASSES, rngs=rngs)

    def __call__(self, tokens):
        mask = nnx.make_causal_mask(tokens)
        x = self.embedding(tokens) + self.position_embedding(np.arange(64))
        x = self.block2(self.block1(x, mask), mask)
        return self.dense(self.norm(x))


def build_model():
    return Transformer(nnx.Rngs(SEED))


@nnx.jit
def compute_loss(model, tokens, labels):
    logits = model(tokens)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    return losses.mean(), {"losses": losses, "logits": logits, "labels": labels}


def choose_loss_and_optimizer(model):
    return nnx.Optimizer(model, optax.adamw(LEARNING_RATE, weight_decay=0.01), wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, metrics, tokens, labels):
    differentiate = nnx.value_and_grad(compute_loss, has_aux=True)
    (_, results), gradients = differentiate(model, tokens, labels)
    optimizer.update(model, gradients)
    metrics.update(**results)


def make_metrics():
    return nnx.MultiMetric(loss=nnx.metrics.Average("losses"), accuracy=nnx.metrics.Accuracy())


def train(model, optimizer, batches):
    for epoch in range(EPOCHS):
        model.train()
        metrics = make_metrics()
        for tokens, labels in batches:
            train_step(model, optimizer, metrics, tokens, labels)
        loss, accuracy = map(float, metrics.compute().values())
        print(f"Epoch {epoch + 1}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return loss, accuracy


def evaluate(model, batches):
    model.eval()
    metrics = make_metrics()
    for tokens, labels in batches:
        metrics.update(**compute_loss(model, tokens, labels)[1])
    loss, accuracy = map(float, metrics.compute().values())
    return loss, accuracy


if __name__ == "__main__":
    train_batches, test_batches = load_data()
    model = build_model()
    optimizer = choose_loss_and_optimizer(model)
    train(model, optimizer, train_batches)
    loss, accuracy = evaluate(model, test_batches)
    print(f"Test accuracy: {accuracy:.4f}")
