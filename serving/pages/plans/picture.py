"""What the map of a plan or a sketch shows: hours in classes, or change in steps to either side, told in words too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serving.pages.scale import Scale

# Colour of each step, the share of the largest change from which it begins, and its name.
_STEPS = ((0.5, 2, "many"), (0.05, 1, "some"))
_UNMOVED = 0.05

Cell = tuple[int | str, str, str]


@dataclass(frozen=True)
class Picture:
    """What a map shows.

    Attributes:
        cells: Code of each area to its colour, what is told of it, and where its own page is.
        scale: Classes; None where change is shown.
        what: What is shown.
        steps: Colours and names of the steps of change.
    """

    cells: Mapping[str, Cell]
    scale: Scale | None
    what: str
    steps: tuple[tuple[str, str], ...] = ()


def hours_picture(areas: Sequence[Mapping[str, Any]], column: str, what: str, plan: str = "") -> Picture:
    """Return the picture of a column of areas, whose own pages tell why of a plan where one is named."""
    why = f"?plan={plan}" if plan else ""
    values = [area[column] for area in areas if area[column] is not None]
    scale = Scale.of(values)
    cells: dict[str, Cell] = {
        area["area_code"]: (
            scale.place(area[column]),
            f"{area['name']}: {area[column]:.2f}, {scale.name(area[column])}",
            f"/areas/{area['area_code']}{why}",
        )
        for area in areas
        if area[column] is not None
    }
    return Picture(cells, scale, what)


def change_picture(areas: Sequence[Mapping[str, Any]], what: str) -> Picture:
    """Return the picture of how hours change, blue where fewer and orange where more."""
    most = max((abs(area["change"]) for area in areas if area["change"] is not None), default=0.0)
    cells: dict[str, Cell] = {}
    for area in areas:
        change = area["change"]
        if change is None:
            continue
        colour, name = _step(change, most)
        told = f"{area['name']}: {change:+.2f} hours, {name}"
        cells[area["area_code"]] = (colour, told, f"/areas/{area['area_code']}")
    steps = (("less2", "many fewer"), ("less1", "some fewer"), ("same", "about as many"))
    return Picture(cells, None, what, (*steps, ("more1", "some more"), ("more2", "many more")))


def _step(change: float, most: float) -> tuple[str, str]:
    if abs(change) < _UNMOVED:
        return "same", "about as many"
    side, word = ("more", "more") if change > 0 else ("less", "fewer")
    for share, number, name in _STEPS:
        if abs(change) >= share * most:
            return f"{side}{number}", f"{name} {word}"
    return "same", "about as many"
