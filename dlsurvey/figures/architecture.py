"""Turns what is known of each framework's inside into stacks of layers, and two kinds of graphs."""

from typing import NamedTuple

from dlsurvey.figures.figure import Figure, Table
from dlsurvey.figures.letters import count_letters
from dlsurvey.figures.sheet import WIDTH, Place, Sheet, Type
from dlsurvey.figures.style import FILL, FIXED, INK, MUTED
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, translate_known

ROW = 21.0
GAP = 3.0
NAMES = 118.0
"""Points for what a layer is for, left of the layer."""
FADED = "#98a0ad"
"""Of lines only: letters in it are too light to be read."""


class Layer(NamedTuple):
    """One level of a framework: what it is for, and the parts on it."""

    purpose: str
    parts: tuple[str, ...]
    core: bool = False
    """Whether it is what the framework is built round."""


STACKS: dict[str, tuple[str, tuple[Layer, ...]]] = {
    "tensorflow": (
        "TensorFlow",
        (
            Layer(
                mark("what one writes"),
                (mark("Keras: layers, fit, evaluate"), mark("tf.* operations")),
            ),
            Layer(
                mark("line by line, or traced"),
                (mark("eager execution"), "tf.function → graph"),
                core=True,
            ),
            Layer(
                mark("optimise and compile"),
                (mark("graph optimiser (Grappler)"), mark("XLA, where asked for")),
            ),
            Layer(mark("compute"), (mark("C++ runtime and kernels"),)),
            Layer(
                mark("run on"), ("CPU", "GPU", "TPU", mark("SavedModel: servers, phones, browsers"))
            ),
        ),
    ),
    "pytorch": (
        "PyTorch",
        (
            Layer(
                mark("what one writes"),
                ("torch.nn, torch.optim", mark("a training loop in Python")),
            ),
            Layer(
                mark("line by line, recorded"),
                (mark("tensors"), mark("autograd: a tape for the gradient")),
                core=True,
            ),
            Layer(
                mark("capture and compile"),
                (mark("TorchDynamo, AOT Autograd"), mark("TorchInductor, where asked for")),
            ),
            Layer(mark("compute"), (mark("ATen, the tensor library in C++"),)),
            Layer(mark("run on"), ("CPU", "GPU", mark("torch.export: servers and devices"))),
        ),
    ),
    "jax": (
        "JAX",
        (
            Layer(
                mark("what one writes"),
                (mark("pure functions on jax.numpy arrays"), mark("Flax, Optax and others")),
            ),
            Layer(
                mark("transform"), ("grad", "jit", "vmap", mark("composed in any order")), core=True
            ),
            Layer(mark("trace"), (mark("a recorded sequence of operations (jaxpr)"),)),
            Layer(mark("compile"), ("XLA",)),
            Layer(mark("run on"), ("CPU", "GPU", "TPU")),
        ),
    ),
    "keras": (
        "Keras",
        (
            Layer(
                mark("what one writes"),
                (mark("layers and models"), mark("compile, fit, evaluate")),
                core=True,
            ),
            Layer(mark("one set of operations"), ("keras.ops",)),
            Layer(mark("choose one"), ("TensorFlow", "PyTorch", "JAX")),
        ),
    ),
}


def draw_stack(name: str) -> Figure:
    """The inside of one framework of STACKS, from what one writes down to what it runs on."""
    title, layers = STACKS[name]
    sheet = Sheet()
    colour = FIXED[name].colour
    for row, layer in enumerate(layers):
        y = 1 + row * (ROW + GAP)
        parts = [translate_known(part) for part in layer.parts]
        sheet.add_text(_(layer.purpose), (NAMES - 10, y + 14), Type(7.5, MUTED, "end"))
        width = (WIDTH - 1 - NAMES - GAP * (len(layer.parts) - 1)) / sum(map(count_letters, parts))
        x = NAMES
        for part in parts:
            own = width * count_letters(part)
            fill, ink = (colour, "#ffffff") if layer.core else (FILL, INK)
            sheet.add_box((x, y, own, ROW), fill=fill, edge=colour, round_by=2.5)
            size = min(8.0, (own - 6) / (0.6 * count_letters(part)))
            sheet.add_text(part, (x + own / 2, y + 14), Type(size, ink, bold=layer.core))
            x += own + GAP
    words = "; ".join(
        f"{_(layer.purpose)}: {', '.join(map(translate_known, layer.parts))}" for layer in layers
    )
    alt = _("The inside of {title}, from above: {words}.").format(title=title, words=words)
    return Figure(
        key=f"architecture-{name}",
        svg=sheet.write(1 + len(layers) * (ROW + GAP), alt),
        alt=alt,
        caption=_(
            "{title}, from what one writes down to what it runs on; filled: what it is built round."
        ).format(title=title),
        width="full",
        table=Table(
            columns=(mark("layer"), mark("parts")),
            rows=tuple(
                (layer.purpose, ", ".join(map(translate_known, layer.parts))) for layer in layers
            ),
        ),
    )


def draw_graphs() -> Figure:
    """The same sum as a graph laid down beforehand, and as one that grows with each step."""
    sheet = Sheet()
    half = WIDTH / 2
    for left, title, under in (
        (
            0.0,
            _("static: described first, then run"),
            _("one graph, run as often as there are batches"),
        ),
        (
            half + 10,
            _("dynamic: recorded while it runs"),
            _("a new graph at each step, gone after it"),
        ),
    ):
        sheet.add_text(title, (left + half / 2 - 5, 12), Type(8.5, bold=True))
        sheet.add_text(under, (left + half / 2 - 5, 152), Type(7.5, MUTED))
    _draw_graph(sheet, (64.0, 30.0), INK)
    _draw_runs(sheet)
    for step in range(3):
        _draw_graph(sheet, (half + 20 + 74 * step, 30.0), INK, faded=step < 2)
        sheet.add_text(
            _("step {n}").format(n=step + 1), (half + 44 + 74 * step, 136), Type(7.5, MUTED)
        )
    alt = _(
        "Two ways to compute w times x plus b: left one graph that is described once and then run"
        " for each batch, right a graph that each step records anew while it computes."
    )
    return Figure(
        key="concept-graphs",
        svg=sheet.write(158, alt),
        alt=alt,
        caption=_(
            "The same computation, w · x + b, as a static and as a dynamic graph. What is known"
            " beforehand can be optimised and shipped as a whole; what is recorded on the way may"
            " turn out otherwise at each step."
        ),
        width="full",
        table=Table(
            columns=(mark("kind"), mark("when the graph is made"), mark("how often")),
            rows=(
                (mark("static"), mark("before the first step"), mark("once")),
                (mark("dynamic"), mark("while a step computes"), mark("at each step")),
            ),
        ),
    )


def _draw_graph(sheet: Sheet, corner: Place, ink: str, *, faded: bool = False) -> None:
    x, y = corner
    colour, letters = (FADED, MUTED) if faded else (ink, ink)
    nodes = {
        "w": (x + 6, y + 10), "x": (x + 42, y + 10), "b": (x + 54, y + 48),
        "·": (x + 24, y + 48), "+": (x + 38, y + 86),
    }  # fmt: skip
    for a, b in (("w", "·"), ("x", "·"), ("·", "+"), ("b", "+")):
        (ax, ay), (bx, by) = nodes[a], nodes[b]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        dx, dy = (bx - ax) / length, (by - ay) / length
        sheet.add_arrow(
            [(ax + 8.5 * dx, ay + 8.5 * dy), (bx - 9 * dx, by - 9 * dy)],
            colour=colour,
            dash="3 2" if faded else "",
        )
    for text, place in nodes.items():
        fill = "#ffffff" if text in "·+" else FILL
        sheet.add_disc(place, 8.5, fill=fill, edge=colour)
        sheet.add_text(text, (place[0], place[1] + 3), Type(8.5, letters))


def _draw_runs(sheet: Sheet) -> None:
    for row in range(3):
        text = _("batch {n}").format(n=row + 1)
        y = 48 + 28 * row
        sheet.add_box((150, y, 62, 19), fill=FILL, edge=MUTED, round_by=2.5)
        sheet.add_text(text, (181, y + 12.5), Type(7.5))
        sheet.add_arrow([(150, y + 9.5), (118, 41 + 2 * row)], dash="3 2")
