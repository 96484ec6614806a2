"""A multilayer perceptron, on the digits of scikit-learn, in PyTorch."""

import torch
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 20
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 10


def load_data():
    values, labels = map(torch.from_numpy, load_digits(return_X_y=True))
    values = values.float() / 16  # 0..1 instead of 0..16
    train_data = TensorDataset(values[:1437], labels[:1437])
    test_data = TensorDataset(values[1437:], labels[1437:])
    return (
        DataLoader(train_data, BATCH_SIZE, shuffle=True),
        DataLoader(test_data, BATCH_SIZE),
    )


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense1 = nn.Linear(64, 128)
        self.dense2 = nn.Linear(128, 64)
        self.dense3 = nn.Linear(64, CLASSES)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x):
        x = self.dropout(torch.relu(self.dense1(x)))
        x = self.dropout(torch.relu(self.dense2(x)))
        return self.dense3(x)


def build_model():
    return MLP()


def choose_loss_and_optimizer(model):
    loss_function = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), LEARNING_RATE)
    return loss_function, optimizer


def train(model, loss_function, optimizer, batches):
    for epoch in range(EPOCHS):
        model.train()
        total_loss, correct, seen = 0.0, 0, 0
        for values, labels in batches:
            logits = model(values)
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
    for values, labels in batches:
        logits = model(values)
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
