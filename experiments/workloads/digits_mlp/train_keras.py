"""A multilayer perceptron, on the digits of scikit-learn, in Keras 3: KERAS_BACKEND chooses what computes."""

import keras
from sklearn.datasets import load_digits

EPOCHS = 20
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 10


def load_data():
    values, labels = load_digits(return_X_y=True)
    values = values.astype("float32") / 16  # 0..1 instead of 0..16
    train = values[:1437], labels[:1437]
    test = values[1437:], labels[1437:]
    return train, test


def build_model():
    return keras.Sequential([
        keras.Input((64,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(CLASSES),
    ])


def choose_loss_and_optimizer(model):
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


def train(model, values, labels):
    model.fit(values, labels, batch_size=BATCH_SIZE, epochs=EPOCHS)


def evaluate(model, values, labels):
    loss, accuracy = model.evaluate(values, labels, batch_size=BATCH_SIZE)
    return loss, accuracy


if __name__ == "__main__":
    (train_values, train_labels), (test_values, test_labels) = load_data()
    model = build_model()
    choose_loss_and_optimizer(model)
    train(model, train_values, train_labels)
    loss, accuracy = evaluate(model, test_values, test_labels)
    print(f"Test accuracy: {accuracy:.4f}")
