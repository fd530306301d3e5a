"""Places: codes and coordinates of an export, matched with the workspace's areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.areas.areas import are_lsoas
from features.areas.changes import CodeChanges
from features.areas.files import AreaFile
from features.areas.polygons import Polygons
from features.feeds.values import area_text, common_spelling

# Areas and the share of each.
Shares = tuple[tuple[str, ...], NDArray[np.float64]]


@dataclass(frozen=True)
class Places:
    """The areas that incidents are placed into.

    Attributes:
        codes: The closed list; None: the areas are the codes met in the data.
        polygons: What coordinates are placed into; None where no polygon is known.
        changes: What codes of another edition became; None where none is known.
        population: Residents of the areas whose number is known; what split areas are shared by.
    """

    codes: tuple[str, ...] | None = None
    polygons: Polygons | None = field(default=None, repr=False)
    changes: CodeChanges | None = field(default=None, repr=False)
    population: Mapping[str, float] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, file: AreaFile | None, changes: CodeChanges | None = None, level: str = "area") -> "Places":
        """Return the places of a file of areas, its own or a level's above; anything goes where there is none."""
        if file is None:
            return cls()
        if level == "area":
            population = dict(zip(file.areas.codes, file.areas.population.tolist(), strict=True))
            return cls(file.areas.codes, Polygons.of(file), changes, population)
        named = file.areas.parents.get(level)
        return cls() if named is None else cls(tuple(sorted({name for name in named if name})))

    def know_none_of(self, values: Sequence[str]) -> bool:
        """Return whether codes are of other areas than these, which have polygons to place points into.

        Codes of LSOAs are never taken for others: those of another force lie outside.
        """
        if self.codes is None or self.polygons is None or are_lsoas(self.codes):
            return False
        return not any(self._matched(area_text(value)) for value in values)

    def of_codes(self, values: Sequence[str], weights: NDArray[np.int64]) -> list[str | None]:
        """Return the area of each code; None where it is blank or outside a closed list.

        Codes match a closed list exactly, else but for case, else but for leading zeros, else as the one area that a
        code of another edition became. In an open list codes that differ by case are one area.
        """
        texts = [area_text(value) for value in values]
        if self.codes is None:
            return [text or None for text in common_spelling(texts, weights)]
        return [self._matched(text) or self._became(text) for text in texts]

    def shared(self, values: Sequence[str]) -> dict[int, Shares]:
        """Return which values are codes of another edition that became several areas, and the share of each.

        Some of those areas may lie outside the closed list, such as across a force's border.
        """
        texts = [area_text(value) for value in values]
        found = {index: self._into(text) for index, text in enumerate(texts) if text and self._matched(text) is None}
        return {index: shares for index, shares in found.items() if len(shares[0]) > 1}

    def recoded(self, values: Sequence[str]) -> NDArray[np.bool_]:
        """Return which values are codes of another edition that the lookup knows."""
        edition = self._edition
        if self.changes is None or edition is None:
            return np.zeros(len(values), dtype=np.bool_)
        texts = [area_text(value) for value in values]
        changed = [self._matched(text) is None and self.changes.knows(text.upper(), edition) for text in texts]
        return np.array(changed, dtype=np.bool_)

    def of_points(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> list[str | None]:
        """Return the area that holds each point; None outside all of them."""
        if self.polygons is None:
            return [None] * len(longitude)
        return [
            self.polygons.codes[index] if index >= 0 else None for index in self.polygons.place(longitude, latitude)
        ]

    def _became(self, text: str) -> str | None:
        targets, _ = self._into(text)
        return self._matched(targets[0]) if len(targets) == 1 else None

    def _into(self, text: str) -> Shares:
        if self.changes is None or self._edition is None:
            return (text,), np.ones(1)
        return self.changes.into(text.upper(), self._edition, self.population)

    @cached_property
    def _edition(self) -> str | None:
        return self.changes.edition_of(self.codes) if self.changes and self.codes else None

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
