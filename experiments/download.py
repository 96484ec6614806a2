"""Turns the name of a dataset into its files in the cache, through torchvision's mirrors and checksums.

Runs in a process of its own (`python -m experiments.download NAME FOLDER`):
torchvision brings torch along, and the parent stays small.
"""

import socket
import sys

CONNECT_TIMEOUT_SECONDS = 20
"""torchvision sets none; this one holds for each connection and each read."""


def download(name: str, folder: str) -> None:
    """Fetch dataset `name` ('mnist' or 'cifar10') into `folder`, in torchvision's layout.

    Raises RuntimeError or OSError, as torchvision does, where no mirror answers.
    """
    from torchvision import datasets

    socket.setdefaulttimeout(CONNECT_TIMEOUT_SECONDS)
    known = {"mnist": datasets.MNIST, "cifar10": datasets.CIFAR10}
    known[name](folder, download=True)


if __name__ == "__main__":
    try:
        download(*sys.argv[1:3])
    except (RuntimeError, OSError, ImportError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
