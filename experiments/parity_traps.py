"""Where two programs part, and which known trap it looks like."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt


def explain(
    quantity: str,
    a: Mapping[str, npt.NDArray[np.float64]],
    b: Mapping[str, npt.NDArray[np.float64]],
) -> str:
    """One sentence: the place, and what it looks like."""
    return quantity
