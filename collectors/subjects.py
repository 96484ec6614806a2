"""Turns the name of a framework into the names that each source knows it by.

The table below is the default; `[subjects.NAME]` in survey.toml extends it with the same keys.
"""

from typing import Annotated

from msgspec import Meta

from dlsurvey.records import Name, Record

SUBJECT_NAME = r"[a-z][a-z0-9_-]{0,63}"
Key = Annotated[str, Meta(pattern=f"^{SUBJECT_NAME}$")]
Repository = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$", max_length=201)
]
Package = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$")]
Tag = Annotated[str, Meta(pattern=r"^[a-z0-9+#.-]{1,35}$")]
Topic = Annotated[str, Meta(pattern=r"^[^,\x00-\x1f]{0,100}$")]
Word = Annotated[str, Meta(pattern=r"^\S(.{0,98}\S)?$")]


class Subject(Record, frozen=True, kw_only=True):
    """One framework and what it is called elsewhere; a source without a name for it leaves it out."""

    name: Key
    title: Name
    repositories: tuple[Repository, ...] = ()
    """`owner/name` on GitHub; a repository that has moved since is followed."""
    packages: tuple[Package, ...] = ()
    """Names on the Python package index."""
    tags: tuple[Tag, ...] = ()
    """On Stack Overflow."""
    topic: Topic = ""
    """On Google Trends: a topic such as /g/11bwp1s2k3 rather than a word with other meanings."""
    archive_names: tuple[Name, ...] = ()
    """In the field `framework` of the Papers with Code archive."""
    words: tuple[Word, ...] = ()
    """In job posts, each a whole word; one with a capital letter must be spelt exactly so."""
    hub_filters: tuple[Tag, ...] = ()
    """Tags of models on the Hugging Face hub."""
    research_phrase: Annotated[str, Meta(max_length=100)] = ""
    """Searched in titles and abstracts of research works."""


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="tensorflow",
        title="TensorFlow",
        repositories=("tensorflow/tensorflow",),
        packages=("tensorflow",),
        tags=("tensorflow",),
        topic="/g/11bwp1s2k3",
        archive_names=("tf",),
        words=("tensorflow",),
        hub_filters=("tf",),
        research_phrase="tensorflow",
    ),
    Subject(
        name="pytorch",
        title="PyTorch",
        repositories=("pytorch/pytorch",),
        packages=("torch",),
        tags=("pytorch",),
        topic="/g/11gd3905v1",
        archive_names=("pytorch",),
        words=("pytorch",),
        hub_filters=("pytorch",),
        research_phrase="pytorch",
    ),
    Subject(
        name="keras",
        title="Keras",
        repositories=("keras-team/keras",),
        packages=("keras",),
        tags=("keras",),
        topic="Keras",
        words=("Keras",),
        hub_filters=("keras",),
        research_phrase="keras deep learning",
    ),
    Subject(
        name="jax",
        title="JAX",
        repositories=("jax-ml/jax",),
        packages=("jax",),
        tags=("jax",),
        topic="Google JAX",
        archive_names=("jax",),
        words=("JAX",),
        hub_filters=("jax",),
        research_phrase="jax deep learning",
    ),
)

EVERY_SUBJECT = "all"
"""Subject of figures that count everything, whatever the framework."""
