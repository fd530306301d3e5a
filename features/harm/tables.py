"""Tables of weights of offences, as the user has them: the Cambridge Crime Harm Index, or another of its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from errors import DataError
from features.feeds.sources import Content
from features.feeds.tables import MissingColumnError, Wanted, read_table
from features.feeds.values import numbers_of
from features.strands.offences import listed_codes, offences

# Names that such tables are known to use, in small letters; a group that comes first is preferred.
CODE_COLUMNS = (
    ("offence_code", "ho_code", "home_office_code", "ho_offence_code", "crime_code", "code"),
    ("offence", "offence_name", "offence_description", "crime", "crime_type", "description"),
)
WEIGHT_COLUMNS = (
    ("days", "harm_days", "cchi", "cchi_days", "cchi_score", "chi", "chi_days", "css_weight"),
    ("weight", "harm", "harm_weight", "harm_score", "severity", "score"),
)


@dataclass(frozen=True)
class OffenceWeights:
    """A table, read.

    Attributes:
        weights: Offence code -> weight of one offence. Rows of the same code are averaged; a code that has a row of its
            own is not taken from a row that joins several.
        code_column: The column that the codes were read from.
        weight_column: The column that the weights were read from.
        rows: Rows of the table.
        unread: Rows without a code or without a number of 0 or more.
        strange: Codes that are none of the list of offence codes.
    """

    weights: Mapping[str, float]
    code_column: str
    weight_column: str
    rows: int
    unread: int
    strange: tuple[str, ...]


def read_weights(content: Content, code_column: str | None = None, weight_column: str | None = None) -> OffenceWeights:
    """Read a table; columns that are not named are found by the names that such tables use.

    Raises:
        DataError: The file cannot be read, a column is not found or not the only one, or no row can be used.
    """
    code = code_column or _found(content, CODE_COLUMNS, "offence codes", "--code-column")
    weight = weight_column or _found(content, WEIGHT_COLUMNS, "weights", "--weight-column")
    table = read_table(content, {"code": Wanted((code,)), "weight": Wanted((weight,))})
    texts = table.columns["code"].texts().tolist()
    numbers = numbers_of(table.columns["weight"].texts().tolist())
    usable = np.array([bool(text) for text in texts], dtype=np.bool_) & (numbers >= 0)
    read = [(text, number) for text, number, good in zip(texts, numbers.tolist(), usable, strict=True) if good]
    if not read:
        fix = "name the columns by --code-column and --weight-column"
        raise DataError(f"no row has both a code in '{code}' and a number in '{weight}'", place=content.name, fix=fix)
    weights = _by_code(read)
    rows = len(texts) + sum(len(broken) for broken in table.broken.values())
    strange = tuple(sorted(item for item in weights if item not in offences()))
    return OffenceWeights(weights, code, weight, rows, rows - len(read), strange)


def _found(content: Content, groups: Sequence[Sequence[str]], what: str, option: str) -> str:
    names = tuple(name for group in groups for name in group)
    each = {name: Wanted((name,), optional=True) for name in names}
    try:
        columns = read_table(content, {"any": Wanted(names), **each}).columns
    except MissingColumnError:
        fix = f"name it by {option}"
        raise DataError(f"no column of a known name holds the {what}", place=content.name, fix=fix) from None
    there = next(found for group in groups if (found := [name for name in group if name in columns]))
    if len(there) > 1:
        fix = f"say which by {option}"
        raise DataError(f"several columns may hold the {what}: {', '.join(there)}", place=content.name, fix=fix)
    return there[0]


def _by_code(rows: Sequence[tuple[str, float]]) -> dict[str, float]:
    alone: dict[str, list[float]] = {}
    joined: dict[str, list[float]] = {}
    for text, number in rows:
        codes = listed_codes(text)
        for code in codes:
            (alone if len(codes) == 1 else joined).setdefault(code, []).append(number)
    return {code: sum(values) / len(values) for code, values in ({**joined, **alone}).items()}
