"""Turns the sample store into the pictures of the documentation: `make gallery` (needs Poppler)."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "tests" / "sample_store" / "survey.toml"
GAP_PIXELS = 16
BACKGROUND = (222, 226, 230)
PICTURES = {
    "report.png": ("report.pdf", ("Cover", "The comparison", "Who uses what", "The code"), 4, 430),
    "slides.png": ("slides.pdf", (), 3, 560),
}
"""Shape, the chapters whose pages are shown (none: nine evenly spread), columns, width of each."""


def draw(picture: str, edition: Path) -> Path:
    """Write one picture into docs/ from the pages of one shape."""
    shape, chapters, columns, width = PICTURES[picture]
    paper = edition / shape
    numbers = find_pages(paper, chapters) if chapters else spread_pages(paper, 9)
    pages = [read_page(paper, number, width) for number in numbers]
    target = REPOSITORY / "docs" / picture
    join(pages, columns).save(target, optimize=True)
    return target


def find_pages(paper: Path, chapters: Sequence[str]) -> list[int]:
    """The cover, and the page after each chapter's first: it shows more than a heading."""
    from pypdf import PdfReader

    reader = PdfReader(paper)
    starts = {
        str(item.title): (reader.get_destination_page_number(item) or 0) + 1
        for item in reader.outline
        if not isinstance(item, list)
    }
    found = [1]
    for chapter in chapters[1:]:
        start = next(number for title, number in starts.items() if chapter in title)
        found.append(start + 1)
    return found


def spread_pages(paper: Path, count: int) -> list[int]:
    """So many pages, the first one included, evenly over all."""
    from pypdf import PdfReader

    total = len(PdfReader(paper).pages)
    return [1 + place * (total - 1) // count for place in range(count)]


def read_page(paper: Path, number: int, width: int) -> Image.Image:
    """One page as a picture of `width` pixels."""
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "page"
        subprocess.run(
            ["pdftoppm", "-png", "-singlefile", "-scale-to-x", str(width), "-scale-to-y", "-1",
             "-f", str(number), "-l", str(number), paper, stem],
            check=True,
        )  # fmt: skip
        with Image.open(stem.with_suffix(".png")) as page:
            return page.convert("RGB")


def join(pages: Sequence[Image.Image], columns: int) -> Image.Image:
    """All pages on one sheet, in rows."""
    width, height = pages[0].size
    rows = -(-len(pages) // columns)
    size = (
        columns * (width + GAP_PIXELS) + GAP_PIXELS,
        rows * (height + GAP_PIXELS) + GAP_PIXELS,
    )
    sheet = Image.new("RGB", size, BACKGROUND)
    for place, page in enumerate(pages):
        row, column = divmod(place, columns)
        sheet.paste(
            page,
            (
                GAP_PIXELS + column * (width + GAP_PIXELS),
                GAP_PIXELS + row * (height + GAP_PIXELS),
            ),
        )
    return sheet.quantize(128)


def main() -> None:
    """Render the sample's newest edition anew and draw every picture."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", SAMPLE.parent, f"{folder}/sample"], check=True)
        subprocess.run(
            [sys.executable, "-m", "dlsurvey", "render", "--config", "sample/survey.toml"],
            cwd=folder,
            check=True,
        )
        edition = Path(folder) / "sample" / "reports" / "latest"
        for picture in PICTURES:
            print(draw(picture, edition))  # noqa: T201  the paths that were written


if __name__ == "__main__":
    main()
