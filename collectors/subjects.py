"""Turns the name of a framework into the names that each source knows it by."""

from dlsurvey.records import Name, Record


class Subject(Record, frozen=True, kw_only=True):
    """One framework and what it is called elsewhere."""

    name: Name
    title: str
    repositories: tuple[str, ...] = ()
    """`owner/name` on GitHub; a repository that has moved since is followed."""
    packages: tuple[str, ...] = ()
    """Names on the Python package index."""


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="tensorflow",
        title="TensorFlow",
        repositories=("tensorflow/tensorflow",),
        packages=("tensorflow",),
    ),
    Subject(
        name="pytorch",
        title="PyTorch",
        repositories=("pytorch/pytorch",),
        packages=("torch",),
    ),
    Subject(
        name="keras",
        title="Keras",
        repositories=("keras-team/keras",),
        packages=("keras",),
    ),
    Subject(
        name="jax",
        title="JAX",
        repositories=("jax-ml/jax",),
        packages=("jax",),
    ),
)
