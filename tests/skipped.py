"""Turns the reports of test runs (JUnit's XML) into one line that says what was skipped, and why.

Run as `python -m tests.skipped REPORT ...`.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree


def count_reasons(reports: Iterable[Path]) -> Counter[str]:
    """How many tests of all runs were skipped for each reason."""
    return Counter(
        skipped.get("message") or "no reason"
        for report in reports
        for skipped in ElementTree.parse(report).iter("skipped")
    )


def describe_skipped(reasons: Counter[str]) -> str:
    """'3 tests were skipped: 2 for this, 1 for that.'."""
    number = reasons.total()
    if not number:
        return "No test was skipped."
    told = "; ".join(f"{count}: {reason}" for reason, count in reasons.most_common())
    return f"{number} {'test was' if number == 1 else 'tests were'} skipped ({told})"


def main() -> None:
    """Print the line."""
    print(describe_skipped(count_reasons(map(Path, sys.argv[1:]))))  # noqa: T201  the line is what it is for


if __name__ == "__main__":
    main()
