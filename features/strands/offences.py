"""Offence codes of the Home Office: what each is, its group, and the type of data.police.uk it is published under."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

_STEM = re.compile(r"\d+\.")
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)")


@dataclass(frozen=True)
class Offence:
    """One line of the list of offence codes.

    Attributes:
        code: Code as listed; a line for several offences joins theirs: "1/4.1/4.10/4.2".
        name: What the offence is.
        group: Its offence group.
        police_uk: The type of data.police.uk that it is published under.
    """

    code: str
    name: str
    group: str
    police_uk: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The code as listed, then the codes that it joins, if several."""
        parts = codes_in(self.code)
        return (self.code, *parts) if len(parts) > 1 else (self.code,)


def codes_in(text: str) -> tuple[str, ...]:
    """Return the single codes that a listed code joins; itself where it joins none.

    Tables shorten what repeats: "4.4/6/8" is 4.4, 4.6 and 4.8, and "1,4.1/10/2" is 1, 4.1, 4.10 and 4.2. Only dotted
    codes are joined in that way; "8/1" is one code, of a class and its subclass.
    """
    if "." not in text:
        return (text.strip(),) if text.strip() else ()
    codes, stem = [], ""
    for part in (part.strip() for part in re.split(r"[/,;]", text) if part.strip()):
        dotted = _STEM.match(part)
        stem = dotted.group() if dotted else stem
        codes.append(f"{stem}{part}" if stem and part.isdigit() else part)
    return tuple(dict.fromkeys(codes))


@cache
def offence_list() -> tuple[Offence, ...]:
    """Return the list as shipped, in its order."""
    text = resources.files("features.strands").joinpath("offences.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        Offence(row["offence_code"], row["offence"], row["offence_group"], row["police_uk"])
        for row in csv.DictReader(lines)
    )


@cache
def offences() -> Mapping[str, Offence]:
    """Return code -> offence, for the codes as listed and for each code that a line joins."""
    return MappingProxyType({code: item for item in offence_list() for code in item.codes})


def offence_groups() -> Mapping[str, str]:
    """Return code -> type of data.police.uk."""
    return {code: item.police_uk for code, item in offences().items()}


def listed_codes(text: str) -> tuple[str, ...]:
    """Return the codes that a cell of a table or an export means, as they are listed.

    A code is taken without leading zeros and in any case, an offence by its name, and what joins several taken apart;
    an unknown code stays as it is, in capitals.
    """
    codes, names = _spellings()
    plain = _LEADING_ZEROS.sub("", text).upper()
    found = codes.get(plain) or names.get(_words(text))
    return (found,) if found else tuple(codes.get(code, code) for code in codes_in(plain))


@cache
def _spellings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return code in capitals -> code, and words of an offence's name -> code."""
    codes = {code.upper(): code for code in offences()}
    return codes, {_words(item.name): item.code for item in offence_list()}


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()
