"""Turns names of modules, given as arguments, into the seconds that importing them takes.

Runs as `python -m experiments.contact.importing MODULE ...`. It imports nothing else: what a
framework needs of the standard library is a part of its import.
"""

import importlib
import os
import sys
import time

if __name__ == "__main__":
    # What a framework prints goes to the log (standard error); the answer keeps a channel of its own.
    channel = os.dup(1)
    os.dup2(2, 1)
    started = time.perf_counter()
    for name in sys.argv[1:]:
        importlib.import_module(name)
    os.write(channel, f"{time.perf_counter() - started!r}\n".encode())
