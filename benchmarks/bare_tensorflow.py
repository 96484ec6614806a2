"""The MNIST CNN in Keras as a bare script: arguments are the images, the epochs, the threads."""

import sys
import time

import numpy as np
import tensorflow as tf
from keras import Input, Sequential, layers, losses, optimizers

path, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
stored = np.load(path)
images = np.divide(stored["train_images"], 255, dtype=np.float32)
labels = stored["train_labels"].astype(np.int64)

model = Sequential(
    [
        Input((28, 28, 1)),
        layers.Conv2D(32, 5, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 5, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10),
    ]
)
model.compile(
    optimizer=optimizers.Adam(learning_rate=0.001),
    loss=losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
started = time.perf_counter()
model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0)
print((time.perf_counter() - started) / epochs)
