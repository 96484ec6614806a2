"""A small residual network, on CIFAR-10, in PyTorch."""

import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision.datasets import CIFAR10
from torchvision.transforms import ToTensor

EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.05
CLASSES = 10


def load_data():
    # ToTensor puts the channel first, and makes 0..1 of 0..255
    train_data = CIFAR10("data", train=True, download=True, transform=ToTensor())
    test_data = CIFAR10("data", train=False, download=True, transform=ToTensor())
    return (
        DataLoader(train_data, BATCH_SIZE, shuffle=True),
        DataLoader(test_data, BATCH_SIZE),
    )


class ResidualBlock(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters)
        if stride == 2:
            conv = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(filters))
        else:
            self.shortcut = nn.Identity()

    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.residual1 = ResidualBlock(16, 16, stride=1)
        self.residual2 = ResidualBlock(16, 32, stride=2)
        self.residual3 = ResidualBlock(32, 64, stride=2)
        self.dense = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        x = self.residual3(self.residual2(self.residual1(x)))
        return self.dense(x.mean(dim=(2, 3)))


def build_model():
    return ResNet()


def choose_loss_and_optimizer(model):
    loss_function = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), LEARNING_RATE, momentum=0.9)
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
