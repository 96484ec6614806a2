"""Words that records hold in English, whatever the report's language; it shows their translation.

Parity checks, ledgers of defaults, datasets, gaps and attempts at sources are evidence: they are
stored as they were told, and the templates' filter `known` looks them up. What is not listed here,
such as the reason of a failure in a library's own words, stays as it was told.
"""

from dlsurvey.language import mark

PARITY = (
    mark("parameter count"),
    mark("logits"),
    mark("loss"),
    mark("gradients"),
    mark("parameters after 10 steps"),
    mark("losses of 50 steps in float32"),
    mark("all"),
)
"""What was compared."""
DEFAULTS = (
    mark("loader"),
    mark("optimiser"),
    mark("kernel initialiser"),
    mark("bias initialiser"),
    mark("loaded beside it"),
    mark("shuffle"),
    mark("compiler"),
    mark("threads"),
    mark("layout"),
    mark("input dtype"),
)
"""Names of defaults; those that are the same in both languages are left out."""
VALUES = (
    mark("1e-07, before the bias correction"),
    mark("1e-08, after the bias correction"),
    mark("mapped at each step to Keras' form"),
    mark("shared order"),
    mark("shared weights"),
    mark("arrays handed to fit"),
    mark("batches cut from tensors"),
    mark("DataLoader in the main process"),
    mark("by fit"),
    mark("by DataLoader"),
    mark("none"),
    mark("nothing"),
    mark("not told"),
    mark("uniform within 1/√fan-in"),
)
"""Of defaults."""
ORIGINS = (
    mark("the MNIST files as distributed"),
    mark("the CIFAR-10 files as distributed"),
    mark("images of the user's own"),
    mark("the handwritten digits of scikit-learn"),
)
"""Of images."""
HEALTH = (
    mark("complete"),
    mark("partial"),
    mark("failed"),
    mark("never asked"),
    mark("daily"),
    mark("weekly"),
    mark("monthly"),
    mark("never"),
)
"""Of sources: how the newest attempt ended, and how often they have something new."""
GAPS = (
    mark("The comparison"),
    mark("Nothing has been trained yet."),
    mark("Run `dlsurvey build` or `dlsurvey train`."),
    mark(
        "Run `dlsurvey collect` again later; until then the last good data are shown with their date."
    ),
)
"""What is missing, why, and what to do."""
