"""Runs one program by itself, without adapter, journal or worker, and prints the seconds of its `train`.

Arguments: source file, dataset, prepared file, epochs, threads, images. The data are laid where the
program's library looks, as in a trial; the program's own constants are set and nothing else.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.datasets import load_examples
from experiments.lookup import lay_files, redirect_libraries


def main() -> None:
    """Load, build, train; the time of the last on standard output."""
    source, dataset, prepared, epochs, threads, images = sys.argv[1:7]
    program = ModuleType("program")
    exec(compile(Path(source).read_text(), source, "exec"), program.__dict__)
    program.__dict__["EPOCHS"] = int(epochs)
    _pin(int(threads))
    examples = load_examples(Path(prepared), int(images) or None)
    with tempfile.TemporaryDirectory() as place:
        lay_files(dataset, examples, Path(place))
        redirect_libraries(dataset, examples, Path(place), program)
        os.chdir(place)
        train_data, _ = program.load_data()
        model = program.build_model()
        tools = program.choose_loss_and_optimizer(model)
        started = time.perf_counter()
        program.train(model, *_list_arguments(tools, train_data))
        seconds = time.perf_counter() - started
        os.chdir("/")
    print(f"\n{json.dumps(seconds)}")


def _list_arguments(tools: Any, data: Any) -> tuple[Any, ...]:
    """What each framework's `train` takes after the model."""
    if tools is None:
        return tuple(data)
    return (*tools, data) if isinstance(tools, tuple) else (tools, data)


def _pin(threads: int) -> None:
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
        sys.modules["torch"].set_num_interop_threads(threads)
    if "tensorflow" in sys.modules:
        threading = sys.modules["tensorflow"].config.threading
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)


if __name__ == "__main__":
    main()
