"""Attention in float64, for the parity check: JAX' own computes its softmax in float32."""

from typing import Any

import jax
import jax.numpy as jnp


def keep_float64() -> None:
    """Make `jax.nn.dot_product_attention`, which Flax and Keras call, compute in its inputs' precision."""
    jax.nn.dot_product_attention = attend


def attend(  # noqa: PLR0913  the signature of JAX
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    *,
    scale: float | None = None,
    is_causal: bool = False,
    **_options: Any,
) -> Any:
    """softmax(query key' · scale) value; arrays of shape (batch, places, heads, size)."""
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = jnp.einsum("...qhd,...khd->...hqk", query * scale, key)
    if bias is not None:
        scores += bias
    if is_causal:
        causal = jnp.tril(jnp.ones(scores.shape[-2:], bool))
        mask = causal if mask is None else jnp.logical_and(mask, causal)
    if mask is not None:
        scores = jnp.where(mask, scores, jnp.finfo(scores.dtype).min)
    return jnp.einsum("...hqk,...khd->...qhd", jax.nn.softmax(scores), value)
