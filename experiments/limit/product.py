"""Turns a large matrix product, repeated, into a record of the rate that a framework attains here."""

from datetime import datetime
from statistics import median
from typing import Annotated

from msgspec import Meta

from dlsurvey.records import Device, Environment, Load, Name, PositiveCount, Record, Seconds

Positive = Annotated[float, Meta(gt=0)]


class ProductRun(Record, frozen=True, kw_only=True):
    """One fresh process: the same product again and again."""

    seconds: Annotated[tuple[Positive, ...], Meta(min_length=1)]
    """Of each product, after those that warmed up."""
    load: Load | None = None


class Product(Record, frozen=True, kw_only=True):
    """What one framework made of it."""

    framework: Name
    title: str
    version: str
    runs: tuple[ProductRun, ...] = ()
    error: Annotated[str, Meta(max_length=300)] = ""
    """Why there is no run, or not every one; empty where all came."""


class Products(Record, frozen=True, kw_only=True):
    """All frameworks on one machine."""

    schema: int = 1
    measured_at: datetime
    environment: Environment
    threads: PositiveCount
    device: Device
    size: PositiveCount
    """Rows and columns of both square matrices, in float32."""
    warmup_seconds: Seconds
    """For so long each process multiplied before it was measured."""
    products: tuple[Product, ...]

    @property
    def operations(self) -> int:
        """Of one product: each of size² sums takes `size` multiplications and as many additions."""
        return 2 * self.size**3


def find_rate(products: Products, run: ProductRun) -> float:
    """Operations a second: one product's, by the median of the times."""
    return products.operations / median(run.seconds)
