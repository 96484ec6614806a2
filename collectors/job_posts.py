"""Turns the text of a job post into the frameworks that it names, each as a whole word."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from collectors.subjects import Subject

BLOCK = re.compile(r"</?(?:p|pre|br|li|ul|div)\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]*>")


class Comment(Struct, frozen=True):
    """One answer to a thread; what was deleted has neither author nor text."""

    author: Annotated[str, Meta(max_length=200)] | None = None
    text: str | None = None
    children: Any = None
    """Answers to it, which are only counted."""


def list_posts(comments: Iterable[Comment]) -> Iterator[str]:
    """The plain text of every post; the same text of the same author counts once."""
    seen: set[tuple[str, str]] = set()
    for comment in comments:
        if not comment.author or not comment.text:
            continue
        text = strip_markup(comment.text)
        words = " ".join(text.split())
        if not words or words in ("[dead]", "[deleted]", "[flagged]"):
            continue
        if (comment.author, words) not in seen:
            seen.add((comment.author, words))
            yield text


def count_replies(comment: Comment) -> int:
    """How many answers there are to it, and to these."""
    waiting, count = [comment.children], 0
    while waiting:
        replies = waiting.pop()
        if isinstance(replies, list):
            found = [reply for reply in replies if isinstance(reply, dict)]
            count += len(found)
            waiting += [reply.get("children") for reply in found]
    return count


def strip_markup(text: str) -> str:
    """What a reader sees: paragraphs apart, words within tags whole, entities as characters."""
    return html.unescape(TAG.sub("", BLOCK.sub("\n", text)))


def make_patterns(subjects: Sequence[Subject]) -> Mapping[str, Sequence[re.Pattern[str]]]:
    """Per subject its words, whole; one with a capital letter must be spelt exactly so."""
    return {
        subject.name: [
            re.compile(
                rf"(?<!\w){re.escape(word)}(?!\w)", 0 if _has_capital(word) else re.IGNORECASE
            )
            for word in subject.words
        ]
        for subject in subjects
        if subject.words
    }


def count_posts(
    posts: Sequence[str], patterns: Mapping[str, Sequence[re.Pattern[str]]]
) -> Mapping[str, int]:
    """How many posts name each subject; a post counts once for it, however often it does."""
    return {
        subject: sum(any(pattern.search(post) for pattern in words) for post in posts)
        for subject, words in patterns.items()
    }


def _has_capital(word: str) -> bool:
    return word != word.lower()
