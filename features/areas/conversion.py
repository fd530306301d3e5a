"""Counts by area in one edition of codes into counts in another, sums preserved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.areas.apportion import whole_parts
from features.areas.changes import CodeChanges

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Conversion:
    """What each area of one edition gives to areas of another.

    Invariant: the shares of each area sum to 1.

    Attributes:
        codes: Codes that are left, in the order of the counts.
        into: Codes that are reached, sorted.
        parts: For each code that is left, the indices of those reached and their shares.
        unknown: Codes that the lookup does not have; they stay as they are.
    """

    codes: tuple[str, ...]
    into: tuple[str, ...]
    parts: tuple[tuple[I64, F64], ...] = field(repr=False)
    unknown: tuple[str, ...]

    @classmethod
    def of(
        cls, changes: CodeChanges, codes: Sequence[str], to: str, population: Mapping[str, float] | None = None
    ) -> "Conversion":
        """Return the conversion of counts by `codes` to an edition.

        Args:
            changes: The lookup.
            codes: Codes of the other edition.
            to: The edition to go to.
            population: Residents of areas of the edition to go to; split areas are shared by them.

        Raises:
            DataError: The lookup has no such edition.
        """
        found = [changes.into(code, to, population or {}) for code in codes]
        into = tuple(sorted({target for targets, _ in found for target in targets}))
        where = {code: index for index, code in enumerate(into)}
        parts = tuple((np.array([where[target] for target in targets]), shares) for targets, shares in found)
        return cls(tuple(codes), into, parts, tuple(code for code in codes if not changes.knows(code, to)))

    @property
    def split(self) -> tuple[str, ...]:
        """Codes whose counts are shared among several."""
        return tuple(code for code, (targets, _) in zip(self.codes, self.parts, strict=True) if len(targets) > 1)

    @property
    def merged(self) -> tuple[str, ...]:
        """Codes that are reached from several."""
        reached = np.bincount(np.concatenate([targets for targets, _ in self.parts]), minlength=len(self.into))
        return tuple(code for code, number in zip(self.into, reached, strict=True) if number > 1)

    def apportion(self, counts: I64) -> I64:
        """Return whole counts by the codes that are reached.

        Every cell of the other axes keeps its sum. The counts of an area, in the order of those axes, are shared as
        `whole_parts` says, so that an area's total over all cells is in proportion to its shares as well as its whole
        numbers allow.

        Args:
            counts: int64[..., len(codes)].

        Returns:
            int64[..., len(into)].
        """
        flat = counts.reshape(-1, len(self.codes))
        result = np.zeros((len(flat), len(self.into)), dtype=np.int64)
        for index, (targets, _) in enumerate(self.parts):
            result[:, targets] += self.whole_parts_of(index, flat[:, index])
        return result.reshape(*counts.shape[:-1], len(self.into))

    def whole_parts_of(self, index: int, counts: I64) -> I64:
        """Return whole counts of one area, shared among those it gives to; int64[n, targets]."""
        _, shares = self.parts[index]
        return counts[:, np.newaxis] if len(shares) == 1 else whole_parts(counts, shares)

    def parts_of(self, index: int, values: F64) -> F64:
        """Return values of one area, shared among those it gives to; float64[n, targets]."""
        return values[:, np.newaxis] * self.parts[index][1]

    def apportion_fractions(self, values: F64) -> F64:
        """Return values by the codes that are reached, shared in fractions; sums hold to rounding.

        Args:
            values: float64[..., len(codes)].

        Returns:
            float64[..., len(into)].
        """
        result = np.zeros((*values.shape[:-1], len(self.into)))
        flat, into = values.reshape(-1, len(self.codes)), result.reshape(-1, len(self.into))
        for index, (targets, _) in enumerate(self.parts):
            into[:, targets] += self.parts_of(index, flat[:, index])
        return result
