"""Values as text: columns by their distinct values, blanks, codes and numbers as exports write them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# What exports write for "nothing", in small letters.
_BLANKS = frozenset(("", "na", "n/a", "#n/a", "null", "(null)", "none", "nan", "nat", "<na>", "<null>"))
_WHOLE_FLOAT = re.compile(r"([+-]?\d+)\.0+")
_LARGEST_COUNT = 1_000_000
NOT_A_COUNT = np.iinfo(np.int32).min


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of text by its distinct values.

    Invariant: every code indexes `values`. After cleaning two values may be equal.

    Attributes:
        codes: int32, one entry a row.
        values: Distinct values, without surrounding blanks; "" where there is nothing.
    """

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Coded":
        """Return a column of Arrow strings, plain or in dictionaries, by its cleaned distinct values."""
        plain = not pa.types.is_dictionary(column.type)
        encoded = (column.cast(pa.string()).dictionary_encode() if plain else column).combine_chunks()
        indices, values = encoded.indices, encoded.dictionary.to_pylist()
        if indices.null_count:
            indices = indices.fill_null(len(values))
            values.append("")
        codes = indices.to_numpy(zero_copy_only=False).astype(np.int32)
        return cls(codes, tuple(cleaned(value or "") for value in values))

    def __getitem__(self, keep: NDArray[np.bool_]) -> "Coded":
        """Return the rows to keep."""
        return Coded(self.codes[keep], self.values)

    def spread(self, per_value: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return for each row what `per_value` says of its value."""
        return per_value[self.codes]

    def is_blank(self) -> NDArray[np.bool_]:
        """Return which rows hold nothing."""
        blank = np.fromiter((not value for value in self.values), dtype=np.bool_, count=len(self.values))
        return blank[self.codes]

    def texts(self) -> NDArray[np.object_]:
        """Return the text of each row."""
        return np.array([*self.values, ""], dtype=object)[self.codes]

    def weights(self) -> NDArray[np.int64]:
        """Return how many rows hold each value."""
        return np.bincount(self.codes, minlength=len(self.values))


def cleaned(text: str) -> str:
    """Return a value with single blanks and none around it; "" for what exports write for nothing."""
    plain = " ".join(text.split())
    if plain.casefold() in _BLANKS:
        return ""
    # The value itself where it is clean already: millions of keys are not held twice.
    return text if plain == text else plain


def header_key(name: str) -> str:
    """Return a column's name with what exports vary: case, blanks, punctuation, a byte order mark."""
    plain = unicodedata.normalize("NFKC", name.replace("\ufeff", ""))
    return re.sub(r"[\W_]+", "_", plain.strip().casefold()).strip("_")


def area_text(text: str) -> str:
    """Return a code of an area; a whole number that a program wrote as a float ("12.0") loses its fraction."""
    match = _WHOLE_FLOAT.fullmatch(text)
    return match.group(1) if match else text


def common_spelling(values: Sequence[str], weights: NDArray[np.int64]) -> list[str]:
    """Return each value in the spelling that most rows use, where values differ only by case.

    Ties go to the spelling that sorts first, so that the answer does not depend on the order of rows.
    """
    total: dict[str, dict[str, int]] = {}
    for value, weight in zip(values, weights.tolist(), strict=True):
        spellings = total.setdefault(value.casefold(), {})
        spellings[value] = spellings.get(value, 0) + weight
    best = {key: min(spellings, key=lambda item: (-spellings[item], item)) for key, spellings in total.items()}
    return [best[value.casefold()] for value in values]


def counts_of(values: Sequence[str]) -> NDArray[np.int32]:
    """Return whole numbers, `NOT_A_COUNT` where a value is none or beyond a million."""
    numbers = np.full(len(values), NOT_A_COUNT, dtype=np.int32)
    for index, number in enumerate(numbers_of(values).tolist()):
        if abs(number) <= _LARGEST_COUNT and number == int(number):
            numbers[index] = int(number)
    return numbers


def numbers_of(values: Sequence[str]) -> NDArray[np.float64]:
    """Return numbers, NaN where a value is none; "1,234" is read as one thousand two hundred and thirty-four."""
    numbers = np.full(len(values), np.nan)
    for index, value in enumerate(values):
        try:
            # Python reads underscores between figures; nobody else does.
            numbers[index] = np.nan if "_" in value else float(value)
        except ValueError:
            if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", value):
                numbers[index] = float(value.replace(",", ""))
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers
