"""Turns words into the room that they take, in letters of the Latin alphabet."""

import textwrap
import unicodedata

WIDE = 1.7
"""A syllable of Hangul, or another character as wide as it is high, takes as many letters."""


def count_letters(text: str) -> float:
    """How many usual letters are about as wide as `text`."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + (WIDE - 1) * wide


def wrap_words(text: str, width: int, most_lines: int | None = None) -> list[str]:
    """Lines of at most about `width` letters; one empty line for empty text."""
    letters = count_letters(text)
    characters = max(1, int(width * len(text) / letters)) if letters else width
    return textwrap.wrap(text, characters, max_lines=most_lines, placeholder=" …") or [""]
