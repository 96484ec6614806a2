"""Turns one random batch into one step of training, with Keras on any backend."""

import importlib
import json
import sys
import time

job = json.load(sys.stdin)
clock = time.perf_counter

started = clock()
for name in job["imports"]:
    importlib.import_module(name)
import keras  # noqa: E402  the import is what is timed
import numpy as np  # noqa: E402  Keras brings it

import_seconds = clock() - started

started = clock()
model = keras.Sequential([keras.layers.Input(job["input_shape"])])
for layer in job["layers"]:
    match layer["type"]:
        case "conv":
            model.add(keras.layers.Conv2D(layer["filters"], layer["kernel"], activation="relu"))
        case "max_pool":
            model.add(keras.layers.MaxPooling2D(layer["size"]))
        case "flatten":
            model.add(keras.layers.Flatten())
        case "dense":
            model.add(keras.layers.Dense(layer["units"], "relu" if layer["relu"] else None))
model.compile(
    optimizer=keras.optimizers.Adam(job["learning_rate"]),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
build_seconds = clock() - started

started = clock()
draw = np.random.default_rng(0)
images = draw.random((job["images"], *job["input_shape"]), np.float32)
labels = draw.integers(0, job["classes"], job["images"])
loss = float(model.train_on_batch(images, labels))
step_seconds = clock() - started

answer = {
    "import_seconds": import_seconds,
    "build_seconds": build_seconds,
    "step_seconds": step_seconds,
    "loss": loss,
}
sys.stdout.write(f"{json.dumps(answer)}\n")
