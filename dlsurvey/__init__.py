"""A living survey of deep-learning frameworks: evidence becomes editions of a report."""

__version__ = "0.1.0"
