"""A set of weights as text of `harm.toml`; what stands in the file already stays as it is."""

import datetime as dt
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from errors import DataError
from features.configuration import validated
from features.harm.derived import DerivedWeight
from features.harm.sets import HarmFile, set_name


@dataclass(frozen=True)
class Origin:
    """Where a table of weights comes from.

    Attributes:
        source: Who made it.
        edition: Which edition.
        date: Day of the edition.
        unit: What its weights are counted in.
    """

    source: str
    edition: str
    date: dt.date
    unit: str


def set_text(name: str, note: str, origin: Origin, weights: Sequence[DerivedWeight]) -> str:
    """Return a set as TOML; strands without a weight stand in a comment, with the reason.

    Raises:
        DataError: The name cannot be used, or no strand has a weight.
    """
    try:
        set_name(name)
    except ValueError as error:
        raise DataError(str(error), place=name, fix="choose another name") from None
    if not any(item.weight is not None for item in weights):
        fix = "give a table with the offence codes that the strands claim"
        raise DataError("no strand gets a weight from the table", place=name, fix=fix)
    head = ["[[set]]", f"name = {_quoted(name)}", f"unit = {_quoted(origin.unit)}", f"note = {_quoted(note)}"]
    listed = [
        f"# Unweighted: {' '.join(item.strand.split())}: {item.sentence()}." for item in weights if item.weight is None
    ]
    return (
        "\n".join([*head, *listed, *(_weight_text(item, origin) for item in weights if item.weight is not None)]) + "\n"
    )


def _weight_text(item: DerivedWeight, origin: Origin) -> str:
    return f"""
[[set.weight]]
strand = {_quoted(item.strand)}
weight = {item.weight:.6g}
source = {_quoted(origin.source)}
edition = {_quoted(origin.edition)}
date = {origin.date.isoformat()}
note = {_quoted(item.sentence())}"""


def with_set(text: str, addition: str) -> str:
    """Return the text of a valid `harm.toml`, or of none yet, with one more set.

    Raises:
        DataError: The set cannot stand beside the others.
    """
    joined = f"{text.rstrip() or 'version = 1'}\n\n{addition}"
    try:
        validated(tomllib.loads(joined), "harm.toml", HarmFile)
    except tomllib.TOMLDecodeError:
        fix = "write its sets as [[set]] tables"
        raise DataError("cannot take another set after its end", place="harm.toml", fix=fix) from None
    return joined


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are a subset of TOML's, save for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
