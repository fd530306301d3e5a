"""Offences as the force recorded them in 2017/18, which set the shares of the twin's crime records."""

import csv
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "sources"


@dataclass(frozen=True)
class Offence:
    """An offence of the Home Office's list.

    Attributes:
        code: Home Office code.
        name: Name, without commas.
        police_uk: Type under which data.police.uk publishes it.
        kind: Kind of the twin that makes it.
        recorded: Recorded by Essex Police in 2017/18.
    """

    code: str
    name: str
    police_uk: str
    kind: str
    recorded: int


def load_offences() -> tuple[Offence, ...]:
    """Return the bundled offences in the order of their codes."""
    with (SOURCES / "offences.csv").open(newline="", encoding="utf-8") as handle:
        rows = csv.reader(handle)
        next(rows)
        return tuple(Offence(code, name, police_uk, kind, int(count)) for code, name, police_uk, kind, count in rows)
