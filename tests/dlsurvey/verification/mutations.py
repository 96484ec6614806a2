"""Turns a chapter as it was read into the same chapter with one number altered, one after another."""

import re
from collections.abc import Iterator

from dlsurvey.verification.printed import Chapter

DIGIT = re.compile(r"\d")


def alter_each(chapter: Chapter) -> Iterator[tuple[str, Chapter]]:
    """The text that was altered, and the chapter with it; of each text its last digit."""
    for place, block in enumerate(chapter.blocks):
        for text in alter(block):
            blocks = (*chapter.blocks[:place], text, *chapter.blocks[place + 1 :])
            yield block, chapter._replace(blocks=blocks)
    for number, table in enumerate(chapter.tables):
        for line, row in enumerate(table.rows):
            for place, cell in enumerate(row):
                for text in alter(cell):
                    cells = (*row[:place], text, *row[place + 1 :])
                    rows = (*table.rows[:line], cells, *table.rows[line + 1 :])
                    tables = list(chapter.tables)
                    tables[number] = table._replace(rows=rows)
                    yield cell, chapter._replace(tables=tuple(tables))


def alter(text: str) -> Iterator[str]:
    """The text with another last digit; nothing of a text without digits."""
    digits = list(DIGIT.finditer(text))
    if digits:
        last = digits[-1]
        yield f"{text[: last.start()]}{(int(last[0]) + 5) % 10}{text[last.end() :]}"
