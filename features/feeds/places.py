"""Places: codes and coordinates of an export, matched with the workspace's areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.areas.files import AreaFile
from features.areas.polygons import Polygons
from features.feeds.values import area_text, common_spelling


@dataclass(frozen=True)
class Places:
    """The areas that incidents are placed into.

    Attributes:
        codes: The closed list; None: the areas are the codes met in the data.
        polygons: What coordinates are placed into; None where no polygon is known.
    """

    codes: tuple[str, ...] | None = None
    polygons: Polygons | None = field(default=None, repr=False)

    @classmethod
    def of(cls, file: AreaFile | None) -> "Places":
        """Return the places of a file of areas; anything goes where there is none."""
        return cls() if file is None else cls(file.areas.codes, Polygons.of(file))

    def of_codes(self, values: Sequence[str], weights: NDArray[np.int64]) -> list[str | None]:
        """Return the area of each code; None where it is blank or outside a closed list.

        Codes match a closed list exactly, else but for case, else but for leading zeros. In an open list codes that
        differ by case are one area.
        """
        texts = [area_text(value) for value in values]
        if self.codes is None:
            return [text or None for text in common_spelling(texts, weights)]
        return [self._matched(text) for text in texts]

    def of_points(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> list[str | None]:
        """Return the area that holds each point; None outside all of them."""
        if self.polygons is None:
            return [None] * len(longitude)
        return [
            self.polygons.codes[index] if index >= 0 else None for index in self.polygons.place(longitude, latitude)
        ]

    def _matched(self, text: str) -> str | None:
        if not text:
            return None
        for spelled in self._spelled:
            if found := spelled.get(text):
                return found
            text = text.casefold()
        return self._spelled[2].get(text.lstrip("0"))

    @cached_property
    def _spelled(self) -> tuple[Mapping[str, str], ...]:
        """Exact, in small letters, and without leading zeros; what would be ambiguous is left out."""
        codes = self.codes or ()
        return (
            {code: code for code in codes},
            _unambiguous({code: code.casefold() for code in codes}),
            _unambiguous({code: code.casefold().lstrip("0") for code in codes if code.isdigit()}),
        )


def _unambiguous(keys: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for code, key in keys.items():
        found.setdefault(key, []).append(code)
    return {key: codes[0] for key, codes in found.items() if len(codes) == 1}
