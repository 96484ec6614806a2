"""A small residual network, on CIFAR-10, in TensorFlow."""

import tensorflow as tf

EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.05
CLASSES = 10


def load_data():
    train, test = tf.keras.datasets.cifar10.load_data()
    train_images, train_labels = train
    test_images, test_labels = test
    # 0..1 instead of 0..255
    train_images = train_images.astype("float32") / 255
    test_images = test_images.astype("float32") / 255
    return (train_images, train_labels), (test_images, test_labels)


def residual_block(x, filters, stride):
    # padding="same" would pad one side only where the stride is 2
    y = tf.keras.layers.ZeroPadding2D(1)(x)
    y = tf.keras.layers.Conv2D(filters, 3, strides=stride, use_bias=False)(y)
    y = tf.keras.layers.BatchNormalization()(y)
    y = tf.keras.layers.ReLU()(y)
    y = tf.keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = tf.keras.layers.BatchNormalization()(y)
    if stride == 2:
        x = tf.keras.layers.Conv2D(filters, 1, strides=2, use_bias=False)(x)
        x = tf.keras.layers.BatchNormalization()(x)
    y = tf.keras.layers.Add()([y, x])
    return tf.keras.layers.ReLU()(y)


def build_model():
    images = tf.keras.Input((32, 32, 3))
    x = tf.keras.layers.Conv2D(16, 3, padding="same", use_bias=False)(images)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.ReLU()(x)
    x = residual_block(x, filters=16, stride=1)
    x = residual_block(x, filters=32, stride=2)
    x = residual_block(x, filters=64, stride=2)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    return tf.keras.Model(images, tf.keras.layers.Dense(CLASSES)(x))


def choose_loss_and_optimizer(model):
    model.compile(
        optimizer=tf.keras.optimizers.SGD(LEARNING_RATE, momentum=0.9),
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
