"""Turns constructed slides, cut in other places and altered, into how far they agree."""

import pytest

from dlsurvey.language import speak
from dlsurvey.verification.printed import Chapter, Table
from dlsurvey.verification.slides import compare_slides, strip_part

HEAD = ("Who", "Time")
ROWS = tuple((f"Row {place}", f"{place} s") for place in range(1, 7))
SENTENCE = "MNIST CNN: PyTorch needed 25 % less memory at its peak than TensorFlow (979 MB)."
EXPECTED = Chapter(
    "X",
    (
        Table("", (("Pair", "Limit"), ("Row 1", "1 s")), "MNIST: proof"),
        Table("", (HEAD, *ROWS), "MNIST: time"),
        Table("", (HEAD, *ROWS[:2]), "CIFAR-10: time"),
    ),
    ("MNIST: time", SENTENCE, "Else.", "CIFAR-10: time"),
)


def cut(*tables: tuple[tuple[str, ...], ...]) -> Chapter:
    """The same, its tables as they are given."""
    blocks = ("CIFAR-10: time (1 of 2)", SENTENCE, "X", "CIFAR-10: time (2 of 2)", SENTENCE)
    return Chapter("X", tuple(Table("", rows) for rows in tables), blocks)


PROOF = EXPECTED.tables[0].rows
OTHER = (HEAD, *ROWS[:2])
TRUE = cut(PROOF, (HEAD, *ROWS[:3]), (HEAD, *ROWS[3:]), OTHER)


def test_slides_may_be_cut_anywhere() -> None:
    for place in range(1, len(ROWS)):
        slides = cut(PROOF, (HEAD, *ROWS[:place]), (HEAD, *ROWS[place:]), OTHER)
        assert compare_slides(slides, EXPECTED).differences == ()
    # Two in the proof with the row's name, and so on; the sentence's and the heading's.
    assert compare_slides(TRUE, EXPECTED).numbers == 2 * 9 + 3


@pytest.mark.parametrize(
    ("slides", "where", "given"),
    [
        (
            cut(PROOF, (HEAD, *ROWS[:3]), (HEAD, ("Row 4", "9 s"), *ROWS[4:]), OTHER),
            "slide 'MNIST: time', row 'Row 4', column 'Time'",
            "9",
        ),
        (cut(PROOF, (HEAD, *ROWS[:5]), OTHER), "slide 'MNIST: time', row 'Row 6'", "no such row"),
        (cut(PROOF, (HEAD, *ROWS), (*OTHER, ("B", "7 s"))), "slide 'X', row 'B'", "B | 7 s"),
        (
            TRUE._replace(blocks=(*TRUE.blocks[:-1], SENTENCE.replace("979", "797"))),
            "slides 'X'",
            f"the sentence '{SENTENCE.replace('979', '797')}'",
        ),
        (
            TRUE._replace(blocks=tuple(one.replace("979", "797") for one in TRUE.blocks)),
            f"slides 'X', the sentence '{SENTENCE[:60].rstrip()}...'",
            "797",
        ),
        (
            TRUE._replace(blocks=(TRUE.blocks[0],)),
            f"slides 'X', the sentence '{SENTENCE[:60].rstrip()}...'",
            "nothing",
        ),
    ],
)
def test_every_way_to_alter_slides_is_named(slides: Chapter, where: str, given: str) -> None:
    (difference,) = compare_slides(slides, EXPECTED).differences
    assert (difference.where, difference.given) == (where, given)


def test_more_may_stand_where_only_a_part_is_expected() -> None:
    slides = cut(PROOF, (HEAD, *ROWS), (*OTHER, ("B", "7 s")))
    slides = slides._replace(blocks=(*slides.blocks, "Only 7 here."))
    assert len(compare_slides(slides, EXPECTED).differences) == 2
    assert compare_slides(slides, EXPECTED, whole=False).differences == ()


def test_the_part_of_a_heading_does_not_count() -> None:
    assert strip_part("Time (2 of 3)") == "Time"
    assert strip_part("Time (CPU)") == "Time (CPU)"
    with speak("ko"):
        assert strip_part("시간 (3부 중 2)") == "시간"
