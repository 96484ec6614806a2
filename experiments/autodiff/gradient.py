"""Turns one attempt to differentiate into a record: what was tried, whether it is right, what it took."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from dlsurvey.records import Count, Name, PositiveCount, Record

Construct: TypeAlias = Literal["loop", "branch", "recursion", "whole"]
Variant: TypeAlias = Literal["eager", "compiled", "one graph"]
Form: TypeAlias = Literal["as written", "rewritten"]

CONSTRUCTS: tuple[Construct, ...] = ("loop", "branch", "recursion", "whole")

TOLERANCE = 1e-6
"""Greatest difference from central differences in float64 that rounding explains, with room."""


class Gradient(Record, frozen=True, kw_only=True):
    """What one framework made of one function."""

    framework: Name
    title: str
    version: str
    construct: Construct
    variant: Variant
    call: str
    """What was differentiated in the place of the function, as code."""
    form: Form
    works: bool
    """Whether a gradient came, and agrees with finite differences."""
    error: Annotated[str, Meta(max_length=300)] = ""
    """The line of the error that tells most; empty where a gradient came."""
    max_relative_difference: Annotated[float, Meta(ge=0)] | None = None
    """From finite differences, over all points; None where no gradient came."""
    lines: PositiveCount
    """Of the function, without its docstring."""
    lines_changed: Count = 0
    """Of these, how many the function as written does not have."""
    code: str
    """The function, without its docstring."""


class Gradients(Record, frozen=True, kw_only=True):
    """All attempts of one survey, kept together."""

    schema: int = 1
    attempts: tuple[Gradient, ...]
