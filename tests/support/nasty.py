"""Nasty files: what each is, what it holds, and what must become of it. SYNTHETIC throughout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.support.exports import POLICE_HEADER, police_row

HEADER = "when,where,what"
GOOD = ("2024-01-05,A,x", "2024-01-06,B,y", "2024-01-07,A,x")
STREET_NAME = "2024-01-essex-street.csv"
STREET = (police_row(crime_id="a1"), police_row(lsoa="E02", kind="Anti-social behaviour"), police_row(crime_id="a2"))


@dataclass(frozen=True)
class Nasty:
    """A nasty file.

    Attributes:
        name: What is nasty about it.
        file: Its name.
        data: Its bytes.
        rows: Rows that it truly holds; None: the file must be refused.
        rules: Rule -> rows that it must keep from counting; the others are accepted.
        refusal: Words of the sentence that refuses it.
        keys: What its mapping says beyond the usual.
        columns: What its mapping maps beyond when, where and what.
        street: It is a street-level file of data.police.uk, read as such.
    """

    name: str
    file: str
    data: bytes = field(repr=False)
    rows: int | None = None
    rules: Mapping[str, int] = field(default_factory=dict)
    refusal: str = ""
    keys: Mapping[str, object] = field(default_factory=dict)
    columns: Mapping[str, str | None] = field(default_factory=dict)
    street: bool = False


def table(rows: Iterable[str] = GOOD, header: str = HEADER, end: str = "\n") -> str:
    """Return the text of an export."""
    return end.join([header, *rows, ""])


def street_table(rows: Iterable[str] = STREET, header: str = POLICE_HEADER, end: str = "\n") -> str:
    """Return the text of a street-level file."""
    return end.join([header, *rows, ""])


def both(
    name: str,
    export: bytes,
    street: bytes,
    rows: int | None = 3,
    rules: Mapping[str, int] | None = None,
    refusal: str = "",
) -> list[Nasty]:
    """Return the same nastiness in an export and in a street-level file."""
    rules = rules or {}
    return [
        Nasty(name, "export.csv", export, rows, rules, refusal),
        Nasty(f"{name}, street", STREET_NAME, street, rows, rules, refusal, street=True),
    ]


def export(name: str, text: str | bytes, rows: int | None = 3, **about: object) -> Nasty:
    """Return a nasty export."""
    data = text if isinstance(text, bytes) else text.encode()
    return Nasty(name, str(about.pop("file", "export.csv")), data, rows, **about)  # type: ignore[arg-type]


def refused(name: str, text: str | bytes, refusal: str, **about: object) -> Nasty:
    """Return an export that must be refused."""
    return export(name, text, None, refusal=refusal, **about)


def with_cell(column: str, value: str, header: Sequence[str] = ("when", "where", "what", "n", "id")) -> str:
    """Return an export of three good rows and one that has `value`, quoted, in a column."""
    usual = {"when": "2024-01-08", "where": "A", "what": "x", "n": "1", "id": "k4"}
    quoted = '"' + value.replace('"', '""') + '"'
    last = ",".join(quoted if name == column else usual[name] for name in header)
    return table([*(f"{row},1,k{number}" for number, row in enumerate(GOOD)), last], ",".join(header))
