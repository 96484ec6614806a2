"""The MNIST CNN in PyTorch as a bare script: arguments are the images, the epochs, the threads."""

import sys
import time

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

path, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.set_num_interop_threads(threads)
stored = np.load(path)
images = np.divide(stored["train_images"], 255, dtype=np.float32).transpose(0, 3, 1, 2)
dataset = TensorDataset(
    torch.from_numpy(np.ascontiguousarray(images)),
    torch.from_numpy(stored["train_labels"].astype(np.int64)),
)
loader = DataLoader(dataset, batch_size=32, shuffle=True)

model = nn.Sequential(
    nn.Conv2d(1, 32, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(1024, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
loss_function = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)
model.train()
started = time.perf_counter()
for _ in range(epochs):
    loss_sum, correct = 0.0, 0
    for batch, labels in loader:
        logits = model(batch)
        loss = loss_function(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
print((time.perf_counter() - started) / epochs)
