"""Personal data: columns and values that speak of a person, which no feed may bring in."""

import re
from collections.abc import Iterable

from features.feeds.values import header_key

# A column with one of these among its words is about a person,
_WORDS = re.compile(
    r"surname|forenames?|firstname|lastname|fullname|dob|birth(date|day)|telephone|phone|email|nino|passport|ssn|nominal"
    r"|vrm|pncid"
)
# so is one with these words side by side,
_PHRASES = re.compile(
    r"\b((first|last|full|given|middle|family|maiden) name|date of birth|birth date|d o b|e mail|nhs n(umber|o)"
    r"|number plate|national insurance|ni number|pnc id|social security|(home|postal|street) address"
    r"|driv(ing|er) licen[cs]e)\b"
)
# one that is named just so,
_EXACT = re.compile(r"names?|address(es)?|initials|postcode|zip code|mobile")
# and one that joins a person with what tells who it is.
_PERSON = re.compile(
    r"victim|suspect|offender|perpetrator|complainant|witness|patient|driver|casualty|person|caller|informant|officer"
    r"|child|parent|resident|tenant|aggrieved|client|subject"
)
_ABOUT_PERSON = re.compile(r"names?|address|postcode|initials|contact")
_VALUES = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w-]++\.[a-z]{2,}"  # an e-mail address, in linear time also in a word of megabytes
    r"|(?:\+44|\b0)\s?(?:\d[\s-]?){9,10}\b"  # a British telephone number
    r"|\b[A-CEGHJ-PR-TW-Z]{2}\s?(?:\d\d\s?){3}[A-D]\b",  # a National Insurance number
    re.IGNORECASE,
)


def is_personal(column: str) -> bool:
    """Return whether a column's name says that it holds what identifies a person."""
    words = header_key(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)).split("_")
    text = " ".join(words)

    def has(pattern: re.Pattern[str]) -> bool:
        return any(pattern.fullmatch(word) for word in words)

    told = has(_WORDS) or (has(_PERSON) and has(_ABOUT_PERSON))
    return told or _PHRASES.search(text) is not None or _EXACT.fullmatch(text) is not None


def personal_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that are about a person, in their order."""
    return tuple(column for column in columns if is_personal(column))


def holds_personal_value(text: str) -> bool:
    """Return whether a value holds an e-mail address, a telephone number or a National Insurance number."""
    return _VALUES.search(text) is not None
