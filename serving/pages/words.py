"""Numbers and days in words, as pages say them. Each number that a page shows bears the API's own in its markup."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

_SMALL, _LARGE = 10, 100
_MOST_PLACES = 6


def amount(value: float, unit: str = "") -> Markup:
    """Return a number rounded to what can be read, with the exact one in its markup, and its unit behind it."""
    return _data(value, _rounded(value), unit)


def hours(value: float) -> Markup:
    """Return hours: quarters below ten, whole ones above."""
    return _data(value, f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < _SMALL else f"{value:,.0f}", "")


def percent(value: float) -> Markup:
    """Return a share of one as percent."""
    return _data(value, f"{100 * value:.0f} %" if abs(value) >= 0.1 else f"{100 * value:.1f} %", "")


def signed(value: float) -> Markup:
    """Return a change with its sign; a real minus, which screen readers say."""
    text = _rounded(abs(value))
    sign = "" if text.strip("0.") == "" else ("−" if value < 0 else "+")  # noqa: RUF001 - the sign, not a hyphen
    return _data(value, f"{sign}{text}", "")


def fine(value: float) -> Markup:
    """Return a small number, such as a price, to two figures that say something; a real minus."""
    size = abs(value)
    places = min(max(1 - math.floor(math.log10(size)), 0), _MOST_PLACES) if size else 0
    text = f"{size:,.{places}f}"
    sign = "−" if value < 0 and text.strip("0.") else ""  # noqa: RUF001 - the sign, not a hyphen
    return _data(value, f"{sign}{text}", "")


def multiplier(value: float) -> Markup:
    """Return how many times something is, to two places."""
    return _data(value, f"{value:.2f}", "")


def change(value: float) -> Markup:
    """Return a change of one as percent, with its sign; a real minus, which screen readers say."""
    text = f"{abs(100 * value):.0f}" if abs(value) >= 0.1 else f"{abs(100 * value):.1f}"
    sign = "" if text.strip("0.") == "" else ("−" if value < 0 else "+")  # noqa: RUF001 - the sign, not a hyphen
    return _data(value, f"{sign}{text} %", "")


def fine(value: float) -> Markup:
    """Return a measure with its first four figures, which is where models differ."""
    return _data(value, f"{value:.4g}", "")


def whole(value: int) -> Markup:
    """Return a count with its thousands apart."""
    return _data(value, f"{value:,}", "")


def day(value: str | date) -> Markup:
    """Return a day as it is said: 5 August 2024."""
    told = value if isinstance(value, date) else date.fromisoformat(value[:10])
    return Markup('<time datetime="{}">{} {:%B %Y}</time>').format(told.isoformat(), told.day, told)


def instant(value: str) -> Markup:
    """Return an instant as it is said: 5 August 2024, 14:05 UTC."""
    told = datetime.fromisoformat(value)
    return Markup('<time datetime="{}">{} {:%B %Y, %H:%M} UTC</time>').format(value, told.day, told)


def strand_name(value: str) -> str:
    """Return the name of a strand as it stands in a sentence; one that is a code is written out."""
    named = value if " " in value or value != value.lower() else value.replace("-", " ").replace("_", " ")
    return named[:1].upper() + named[1:]


def listed(values: Any) -> str:
    """Return words as a list in a sentence: a, b and c."""
    words = [str(value) for value in values]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def _rounded(value: float) -> str:
    size = abs(value)
    if size >= _LARGE:
        return f"{value:,.0f}"
    if size >= 1 and value != int(value):
        return f"{value:.1f}"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def _data(value: float, text: str, unit: str) -> Markup:
    # A page has thousands of these: written out, not formatted; a number has nothing to escape.
    told = f'<data value="{value!r}">{text}</data>'
    return Markup(told + f"&nbsp;{escape(unit)}" if unit else told)  # noqa: S704 - as said


FILTERS: Mapping[str, Callable[..., Any]] = {
    "amount": amount,
    "hours": hours,
    "percent": percent,
    "signed": signed,
    "fine": fine,
    "multiplier": multiplier,
    "change": change,
    "fine": fine,
    "whole": whole,
    "day": day,
    "instant": instant,
    "strand": strand_name,
    "listed": listed,
}
