"""Contracts and workspaces for tests of feeds under contract."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from features.feeds.contract import Contract
from features.feeds.mapped import read_export
from features.feeds.places import Places
from features.feeds.reading import Reading, Setting
from features.feeds.sources import Content
from features.feeds.strand_rules import rules_of
from features.strands import Taxonomy
from features.workspace import Workspace
from tests.support.exports import RECEIVED

OPEN = Taxonomy("open", False, ())
TERMS = {
    "title": "City",
    "partner": "The city",
    "owner": "Its data steward",
    "purpose": "tests",
    "lawful_basis": "none",
}
COLUMNS: dict[str, Any] = {"occurred_from": "when", "area_code": "where", "offence": {"column": "what", "type": "code"}}


def contract(columns: dict[str, Any] | None = None, **keys: Any) -> Contract:
    """Return a contract named "city" of the columns when, where and what, and of those given."""
    document = {"name": "city", **TERMS, "period": "day", "columns": {**COLUMNS, **(columns or {})}, **keys}
    return Contract.model_validate(document)


def read(
    text: str, terms: Contract, taxonomy: Taxonomy = OPEN, name: str = "f.csv", received: datetime = RECEIVED
) -> Reading:
    """Read the text of a CSV under a contract."""
    setting = Setting(Places(), taxonomy, b"salt", received)
    return read_export(Content(name, text.encode(), "hash"), terms, rules_of(terms, taxonomy, "city.toml"), setting)


def broken(text: str, terms: Contract) -> list[tuple[int, str, str]]:
    """Return row, rule and field of each quarantined row."""
    frame: pd.DataFrame = read(text, terms).quarantined
    return list(zip(frame["row"].tolist(), frame["rule"].tolist(), frame["field"].tolist(), strict=True))


def write_contract(workspace: Workspace, name: str, lines: Sequence[str]) -> None:
    """Write a contract of a workspace: the terms, and the lines given."""
    terms = "\n".join(f'{key} = "{value}"' for key, value in TERMS.items())
    folder = workspace.root / "feeds"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(f'name = "{name}"\n{terms}\n' + "\n".join(lines) + "\n", "utf-8")
