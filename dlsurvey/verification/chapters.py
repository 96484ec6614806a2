"""Turns a chapter as it is printed on A4 and as it is expected into how far they agree."""

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

from dlsurvey.verification.agreement import Agreement, compare_texts, differ, is_same, merge
from dlsurvey.verification.printed import Chapter, Table, list_numbers, squeeze


def compare_chapters(printed: Chapter, expected: Chapter, *, whole: bool = False) -> Agreement:
    """Every table both ways, and every expected sentence with a number in it.

    Where `expected` is the `whole` chapter, every printed sentence with a number has to be in it too.
    """
    found = [_compare_tables(printed, expected)]
    squeezed = [squeeze(block) for block in printed.blocks]
    told: set[int] = set()
    for block in expected.blocks:
        if list_numbers(block):
            agreement, places = _compare_block(printed, squeezed, block)
            found.append(agreement)
            told |= places
    if whole:
        found += [_accuse(printed, place) for place in _list_added(printed, told)]
    return merge(found)


def compare_rows(
    name: str, head: Sequence[str], own: Sequence[str], row: Sequence[str]
) -> Agreement:
    """One row, cell by cell."""
    side = row[0] if row else ""
    if len(own) != len(row):
        return differ(f"{name}, row '{side}'", f"{len(own)} cells", f"{len(row)} cells")
    found = []
    for place, (cell, other) in enumerate(zip(own, row, strict=True)):
        column = head[place] if place < len(head) else str(place + 1)
        found.append(compare_texts(f"{name}, row '{side}', column '{column}'", cell, other))
    return merge(found)


def name_sentence(text: str) -> str:
    """A sentence by its first words."""
    return f"the sentence '{cut(text)}'"


def cut(text: str) -> str:
    """Its first words."""
    return text if len(text) <= 60 else f"{text[:60].rstrip()}..."


def _compare_tables(printed: Chapter, expected: Chapter) -> Agreement:
    left = [table for table in printed.tables if table.caption]
    found = []
    missing = []
    for table in expected.tables:
        own = next((one for one in left if is_same(one.caption, table.caption)), None)
        if own is None:
            missing.append(table)
        else:
            left.remove(own)
            found.append(_compare_table(own, table))
    for table in missing:
        own = _find_nearest(table, left)
        if own is None:
            rows = f"{len(table.rows)} rows"
            found.append(differ(f"table '{table.caption}'", "no such table", rows))
        else:
            left.remove(own)
            found.append(compare_texts("the caption of a table", own.caption, table.caption))
            found.append(_compare_table(own, table))
    found += [
        differ(f"table '{table.caption}'", f"{len(table.rows)} rows", "no such table")
        for table in left
    ]
    return merge(found)


def _find_nearest(table: Table, others: Sequence[Table]) -> Table | None:
    captions = get_close_matches(table.caption, [one.caption for one in others], n=1, cutoff=0.7)
    return next((one for one in others if one.caption in captions), None)


def _compare_table(printed: Table, expected: Table) -> Agreement:
    name = f"table '{expected.caption}'"
    if len(printed.rows) != len(expected.rows):
        return differ(name, f"{len(printed.rows)} rows", f"{len(expected.rows)} rows")
    head = expected.rows[0] if expected.rows else ()
    pairs = zip(printed.rows, expected.rows, strict=True)
    return merge([compare_rows(name, head, own, row) for own, row in pairs])


def _compare_block(
    printed: Chapter, squeezed: Sequence[str], block: str
) -> tuple[Agreement, set[int]]:
    """With the places of what was taken for it."""
    wanted = squeeze(block)
    places = _find_runs(squeezed, wanted)
    if places:
        return Agreement(len(list_numbers(block)), ()), places
    nearest = max(
        range(len(squeezed)),
        key=lambda place: SequenceMatcher(
            None, squeezed[place], wanted, autojunk=False
        ).quick_ratio(),
        default=None,
    )
    where = f"{_name_chapter(printed)}, {name_sentence(block)}"
    if nearest is None:
        return compare_texts(where, "", block), set()
    return compare_texts(where, printed.blocks[nearest], block), {nearest}


def _find_runs(squeezed: Sequence[str], wanted: str) -> set[int]:
    """Where it stands: a sentence may go on over the next page, as a block of its own."""
    found = set()
    for start in range(len(squeezed)):
        left = wanted
        for end in range(start, len(squeezed)):
            if not squeezed[end] or not left.startswith(squeezed[end]):
                break
            left = left[len(squeezed[end]) :]
            if not left:
                found |= set(range(start, end + 1))
                break
    return found


def _list_added(printed: Chapter, told: set[int]) -> list[int]:
    """Places of blocks with a number that belong nowhere, but for those of which it was `told`."""
    return [
        place
        for place, block in enumerate(printed.blocks)
        if place not in told and list_numbers(block)
    ]


def _accuse(printed: Chapter, place: int) -> Agreement:
    block = printed.blocks[place]
    return differ(_name_chapter(printed), f"the sentence '{block}'", "no such sentence")


def _name_chapter(chapter: Chapter) -> str:
    return f"chapter '{chapter.title}'" if chapter.title else "the cover"
