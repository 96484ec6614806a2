"""Turns one random batch into one step of training, with JAX, Flax and Optax."""

import json
import sys
import time

job = json.load(sys.stdin)
clock = time.perf_counter

started = clock()
import jax  # noqa: E402  the import is what is timed
import optax  # noqa: E402
from flax import nnx  # noqa: E402

import_seconds = clock() - started


def flatten(images: jax.Array) -> jax.Array:
    """Height, width and channels strung into one row."""
    return images.reshape(len(images), -1)


def make_pool(size: int) -> object:
    """A maximum over windows that do not overlap."""
    return lambda images: nnx.max_pool(images, (size, size), (size, size))


started = clock()
keys = nnx.Rngs(0)
parts = []
for layer in job["layers"]:
    match layer["type"]:
        case "conv":
            kernel = (layer["kernel"], layer["kernel"])
            parts += [
                nnx.Conv(layer["inputs"], layer["filters"], kernel, padding="VALID", rngs=keys),
                nnx.relu,
            ]
        case "max_pool":
            parts.append(make_pool(layer["size"]))
        case "flatten":
            parts.append(flatten)
        case "dense":
            parts.append(nnx.Linear(layer["inputs"], layer["units"], rngs=keys))
            if layer["relu"]:
                parts.append(nnx.relu)
model = nnx.Sequential(*parts)
optimizer = nnx.Optimizer(model, optax.adam(job["learning_rate"]), wrt=nnx.Param)
build_seconds = clock() - started


def train_step(
    model: nnx.Sequential, optimizer: nnx.Optimizer, batch: tuple[jax.Array, jax.Array]
) -> jax.Array:
    """One step; the loss before it."""

    def find_loss(model: nnx.Sequential) -> jax.Array:
        images, labels = batch
        return optax.softmax_cross_entropy_with_integer_labels(model(images), labels).mean()

    loss, gradients = nnx.value_and_grad(find_loss)(model)
    optimizer.update(model, gradients)
    return loss


started = clock()
first, second = jax.random.split(jax.random.key(0))
images = jax.random.uniform(first, (job["images"], *job["input_shape"]))
labels = jax.random.randint(second, (job["images"],), 0, job["classes"])
loss = float(nnx.jit(train_step)(model, optimizer, (images, labels)))
jax.block_until_ready(nnx.state(model))
step_seconds = clock() - started

answer = {
    "import_seconds": import_seconds,
    "build_seconds": build_seconds,
    "step_seconds": step_seconds,
    "loss": loss,
}
sys.stdout.write(f"{json.dumps(answer)}\n")
