"""Turns numbers, dates and lists into the words that figures, tables and sentences print.

The same on every system, whatever its locale: dates and words follow the language of the report.
Korean writes numbers as English does, and units are those of the SI in both.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from dlsurvey.language import gettext as _
from dlsurvey.language import spoken

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"


def format_number(value: float) -> str:
    """1234567 gives '1,234,567'; fractions keep three significant digits."""
    if value == int(value) or abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) >= 100:
        text = f"{value:,.1f}"
    elif abs(value) >= 1:
        text = f"{value:.2f}"
    else:
        text = f"{value:.3g}"
    return text.replace("-", MINUS, 1) if value < 0 else text


def format_percent(fraction: float) -> str:
    """0.98913 gives '98.91 %'."""
    return f"{100 * fraction:.2f} %".replace("-", MINUS)


def format_seconds(value: float) -> str:
    """Three significant digits, at most three decimals: '0.831 s', '12.4 s', '1,204 s'."""
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f} s".replace("-", MINUS)


def format_milliseconds(seconds: float) -> str:
    """Three significant digits: 0.00312 s give '3.12 ms', 0.2 s '200 ms'."""
    value = 1000 * seconds
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f} ms".replace("-", MINUS)


def format_energy(joules: float) -> str:
    """'812 J', from a thousand on '1.24 kJ'."""
    if abs(joules) >= 1000:
        return f"{joules / 1000:,.2f} kJ".replace("-", MINUS)
    return f"{joules:.0f} J".replace("-", MINUS)


def format_memory(count: float) -> str:
    """Decimal units as disks and networks use them: 1 GB is a thousand million bytes."""
    if abs(count) >= 1e9:
        return f"{count / 1e9:.2f} GB".replace("-", MINUS)
    return f"{count / 1e6:.0f} MB".replace("-", MINUS)


def format_size(count: float) -> str:
    """Of files, which may be small: '478 kB', from ten thousand kilobytes on as memory."""
    return f"{count / 1e3:,.0f} kB" if count < 1e7 else format_memory(count)


def format_date(day: date | datetime) -> str:
    """'20 November 2026', in Korean '2026년 11월 20일'."""
    if spoken() == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    from babel import dates  # late: an English report needs none of it

    return dates.format_date(day, "long", locale=spoken())


def format_month(day: date | datetime) -> str:
    """'November 2026', in Korean '2026년 11월'."""
    if spoken() == "en":
        return f"{MONTHS[day.month - 1]} {day.year}"
    from babel import dates

    return dates.format_skeleton("yMMMM", day, locale=spoken())


def format_year(day: date | datetime) -> str:
    """'2026', in Korean '2026년'."""
    if spoken() == "en":
        return str(day.year)
    from babel import dates

    return dates.format_skeleton("y", day, locale=spoken())


def format_rate(value: float) -> str:
    """'7,420 / s'."""
    return f"{format_number(value)} / s"


WRITERS: Mapping[str, Callable[[float], str]] = {
    "test_accuracy": format_percent,
    "peak_memory_bytes": format_memory,
    "memory": format_memory,
    "epoch_seconds": format_seconds,
    "seconds": format_seconds,
    "step_seconds": format_milliseconds,
    "images_per_second": format_rate,
    "energy": format_energy,
}


def format_quantity(value: float, quantity: str) -> str:
    """A measured value in the unit of its quantity: '98.91 %', '14.2 s', '812 MB', else '0.4321'."""
    write = WRITERS.get(quantity)
    return f"{value:.4f}" if write is None else write(value)


def format_effect(value: float, quantity: str) -> str:
    """A difference with its sign; accuracies differ by percentage points."""
    sign = "+" if value > 0 else ""
    if quantity == "test_accuracy":
        points = f"{sign}{100 * value:.2f}".replace("-", MINUS)
        return _("{value} points").format(value=points)
    return sign + format_quantity(value, quantity)


def format_share(value: float) -> str:
    """A relative difference with its sign: 0.052 gives '+5.2 %', below one per cent two decimals."""
    digits = 2 if abs(value) < 0.01 else 1 if abs(value) < 10 else 0
    return f"{100 * value:+,.{digits}f} %".replace("-", MINUS)


def format_bound(value: float, quantity: str) -> str:
    """A margin or a noise floor, without a sign: '0.5 points', '5 %'."""
    number = f"{100 * value:.3g}" if value < 10 else f"{100 * value:,.0f}"
    text = _("{value} points") if quantity == "test_accuracy" else "{value} %"
    return text.format(value=number)


def format_value(value: float, unit: str) -> str:
    """A value of a trend with what its unit asks for: '19.6 %', '573 MB', else the bare number."""
    if unit.startswith(("%", "percent")):
        return f"{value:.0f} %" if value == int(value) else f"{value:.1f} %"
    if unit == "MB":
        return f"{value:,.0f} MB"
    return format_number(value)


def join_words(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(words) < 2:
        return "".join(words)
    return _("{words} and {last}").format(words=", ".join(words[:-1]), last=words[-1])
