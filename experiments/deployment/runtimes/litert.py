"""Turns a `.tflite` file into a function of images, with LiteRT's interpreter."""

from pathlib import Path

from ai_edge_litert.interpreter import Interpreter

from experiments.deployment.runtimes.answering import Answer, Images, Logits


def load(path: Path, threads: int) -> Answer:
    """Memory is laid out anew where the number of images changes."""
    interpreter = Interpreter(str(path), num_threads=threads)
    (inputs,) = interpreter.get_input_details()
    (outputs,) = interpreter.get_output_details()
    prepared = 0

    def answer(images: Images) -> Logits:
        nonlocal prepared
        if len(images) != prepared:
            interpreter.resize_tensor_input(inputs["index"], images.shape, strict=True)
            interpreter.allocate_tensors()
            prepared = len(images)
        interpreter.set_tensor(inputs["index"], images)
        interpreter.invoke()
        found: Logits = interpreter.get_tensor(outputs["index"])
        return found

    return answer
