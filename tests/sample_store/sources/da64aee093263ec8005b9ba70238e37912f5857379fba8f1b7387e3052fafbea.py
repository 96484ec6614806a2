"""The convolutional network of the term project, on MNIST, in PyTorch."""

import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

EPOCHS = 5
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 10


def load_data():
    # ToTensor puts the channel first, and makes 0..1 of 0..255
    train = MNIST("data", train=True, download=True, transform=ToTensor())
    test = MNIST("data", train=False, download=True, transform=ToTensor())
    return (
        DataLoader(train, BATCH_SIZE, shuffle=True),
        DataLoader(test, BATCH_SIZE),
    )


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=5)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=5)
        self.pool = nn.MaxPool2d(2)
        self.dense1 = nn.Linear(64 * 4 * 4, 64)
        self.dense2 = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = torch.flatten(x, start_dim=1)
        x = torch.relu(self.dense1(x))
        return self.dense2(x)


def build_model():
    return CNN()


def choose_loss_and_optimizer(model):
    loss_function = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), LEARNING_RATE)
    return loss_function, optimizer


def train(model, loss_function, optimizer, batches):
    for epoch in range(EPOCHS):
        model.train()
        total_loss, correct, seen = 0.0, 0, 0
        for images, labels in batches:
            logits = model(images)
            loss = loss_function(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * len(labels)
            correct += (logits.argmax(1) == labels).sum().item()
            seen += len(labels)
        loss, accuracy = total_loss / seen, correct / seen
        print(f"Epoch {epoch + 1}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return loss, accuracy


@torch.no_grad()
def evaluate(model, loss_function, batches):
    model.eval()
    total_loss, correct, seen = 0.0, 0, 0
    for images, labels in batches:
        logits = model(images)
        total_loss += loss_function(logits, labels).item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
        seen += len(labels)
    return total_loss / seen, correct / seen


if __name__ == "__main__":
    train_batches, test_batches = load_data()
    model = build_model()
    loss_function, optimizer = choose_loss_and_optimizer(model)
    train(model, loss_function, optimizer, train_batches)
    loss, accuracy = evaluate(model, loss_function, test_batches)
    print(f"Test accuracy: {accuracy:.4f}")
