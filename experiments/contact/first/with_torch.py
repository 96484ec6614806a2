"""Turns one random batch into one step of training, with PyTorch."""

import json
import sys
import time

job = json.load(sys.stdin)
clock = time.perf_counter

started = clock()
import torch  # noqa: E402  the import is what is timed
from torch import nn, optim  # noqa: E402

import_seconds = clock() - started

started = clock()
model = nn.Sequential()
for layer in job["layers"]:
    match layer["type"]:
        case "conv":
            conv = nn.Conv2d(layer["inputs"], layer["filters"], layer["kernel"])
            model.extend([conv, nn.ReLU()])
        case "max_pool":
            model.append(nn.MaxPool2d(layer["size"]))
        case "flatten":
            model.append(nn.Flatten())
        case "dense":
            model.append(nn.Linear(layer["inputs"], layer["units"]))
            if layer["relu"]:
                model.append(nn.ReLU())
optimizer = optim.Adam(model.parameters(), lr=job["learning_rate"])
build_seconds = clock() - started

started = clock()
height, width, channels = job["input_shape"]
images = torch.rand(job["images"], channels, height, width)
labels = torch.randint(0, job["classes"], (job["images"],))
loss = nn.functional.cross_entropy(model(images), labels)
loss.backward()
optimizer.step()
found = loss.item()
step_seconds = clock() - started

answer = {
    "import_seconds": import_seconds,
    "build_seconds": build_seconds,
    "step_seconds": step_seconds,
    "loss": found,
}
sys.stdout.write(f"{json.dumps(answer)}\n")
