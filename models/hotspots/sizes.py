"""Lengths and areas as people write them: 250ft, 0.5 km, 0.25sqmi, 12ha."""

import re

_METRES = {"m": 1.0, "km": 1000.0, "ft": 0.3048, "mi": 1609.344}
_SQUARE_METRES = {
    **{f"sq{unit}": metres**2 for unit, metres in _METRES.items()},
    **{f"{unit}2": metres**2 for unit, metres in _METRES.items()},
    "ha": 10_000.0,
}
_SIZE = re.compile(r"(?P<number>\d+(\.\d+)?|\.\d+)\s*(?P<unit>[a-z]+( [a-z]+)?2?)")


def metres(text: str) -> float:
    """Return a length in metres.

    Raises:
        ValueError: It is no length above 0 with one of the units ft, m, km, mi.
    """
    return _read(text, _METRES, "write a length such as 250ft, 100m, 0.5km or 0.1mi")


def square_metres(text: str) -> float:
    """Return an area in square metres.

    Raises:
        ValueError: It is no area above 0 with one of the units sqft, sqm, sqkm, sqmi (or ft2, m2, km2, mi2) and ha.
    """
    return _read(text, _SQUARE_METRES, "write an area such as 0.25sqmi, 0.5sqkm, 1km2 or 12ha")


def _read(text: str, units: dict[str, float], fix: str) -> float:
    match = _SIZE.fullmatch(text.strip().lower().replace("²", "2"))
    factor = units.get(match["unit"].replace(" ", "")) if match else None
    value = float(match["number"]) * factor if match and factor else 0.0
    if value <= 0:
        raise ValueError(f"'{text}' cannot be read: {fix}")
    return value
