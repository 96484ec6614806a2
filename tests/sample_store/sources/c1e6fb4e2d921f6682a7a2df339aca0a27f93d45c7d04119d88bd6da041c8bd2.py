"""The convolutional network of the term project, on MNIST, in TensorFlow."""

import tensorflow as tf

EPOCHS = 5
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 10


def load_data():
    train, test = tf.keras.datasets.mnist.load_data()
    train_images, train_labels = train
    test_images, test_labels = test
    # one channel at the end, and 0..1 instead of 0..255
    train_images = train_images[..., None].astype("float32") / 255
    test_images = test_images[..., None].astype("float32") / 255
    return (train_images, train_labels), (test_images, test_labels)


def build_model():
    return tf.keras.Sequential([
        tf.keras.Input((28, 28, 1)),
        tf.keras.layers.Conv2D(32, 5, activation="relu"),
        tf.keras.layers.MaxPooling2D(2),
        tf.keras.layers.Conv2D(64, 5, activation="relu"),
        tf.keras.layers.MaxPooling2D(2),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(64, activation="relu"),
        tf.keras.layers.Dense(CLASSES),
    ])


def choose_loss_and_optimizer(model):
    model.compile(
        optimizer=tf.keras.optimizers.Adam(LEARNING_RATE),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


def train(model, images, labels):
    model.fit(images, labels, batch_size=BATCH_SIZE, epochs=EPOCHS)


def evaluate(model, images, labels):
    loss, accuracy = model.evaluate(images, labels, batch_size=BATCH_SIZE)
    return loss, accuracy


if __name__ == "__main__":
    (train_images, train_labels), (test_images, test_labels) = load_data()
    model = build_model()
    choose_loss_and_optimizer(model)
    train(model, train_images, train_labels)
    loss, accuracy = evaluate(model, test_images, test_labels)
    print(f"Test accuracy: {accuracy:.4f}")
