"""A small transformer, on Python's documentation, in Keras 3: KERAS_BACKEND chooses what computes."""

from pydoc_data.topics import topics

import keras
import numpy as np

EPOCHS = 3
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 128


def cut_windows(texts):
    tokens = np.array(list("\n".join(texts).encode("ascii", "replace")))
    end = (len(tokens) - 1) // 64 * 64
    # the label of each character is the one that follows
    return tokens[:end].reshape(-1, 64), tokens[1 : end + 1].reshape(-1, 64)


def load_data():
    texts = [topics[name] for name in sorted(topics)]  # every tenth one tests
    train_texts = [text for place, text in enumerate(texts) if place % 10]
    return cut_windows(train_texts), cut_windows(texts[::10])


def transformer_block(x):
    y = keras.layers.LayerNormalization()(x)
    attention = keras.layers.MultiHeadAttention(num_heads=4, key_dim=16)
    x = x + attention(y, y, use_causal_mask=True)
    y = keras.layers.LayerNormalization()(x)
    y = keras.layers.Dense(256, activation="gelu")(y)
    return x + keras.layers.Dense(64)(y)


def build_model():
    tokens = keras.Input((64,), dtype="int32")
    # 0..63, taken from the input: a constant would stay outside the graph of layers
    positions = keras.ops.zeros_like(tokens[0]) + keras.ops.arange(64)
    x = keras.layers.Embedding(CLASSES, 64)(tokens)
    x = x + keras.layers.Embedding(64, 64)(positions)
    x = transformer_block(x)
    x = transformer_block(x)
    x = keras.layers.LayerNormalization()(x)
    return keras.Model(tokens, keras.layers.Dense(CLASSES)(x))


def choose_loss_and_optimizer(model):
    model.compile(
        optimizer=keras.optimizers.AdamW(LEARNING_RATE, weight_decay=0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


def train(model, tokens, labels):
    model.fit(tokens, labels, batch_size=BATCH_SIZE, epochs=EPOCHS)


def evaluate(model, tokens, labels):
    loss, accuracy = model.evaluate(tokens, labels, batch_size=BATCH_SIZE)
    return loss, accuracy


if __name__ == "__main__":
    (train_tokens, train_labels), (test_tokens, test_labels) = load_data()
    model = build_model()
    choose_loss_and_optimizer(model)
    train(model, train_tokens, train_labels)
    loss, accuracy = evaluate(model, test_tokens, test_labels)
    print(f"Test accuracy: {accuracy:.4f}")
