"""Secrets: taken from the environment, or from a file that the environment names; never from a command's options."""

import os
from collections.abc import Mapping
from pathlib import Path

from errors import DataError

_FILE = "_FILE"


def secret(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the secret under a name; None where there is none.

    A variable stands in the environment of every process that is started from here and in many a log of failures; a
    file, under the same name with `_FILE` behind it, is read by whoever needs it alone. White space at its end is not
    part of it.

    Raises:
        DataError: Both are given, or the file cannot be read or is empty.
    """
    value, path = environment.get(name), environment.get(name + _FILE)
    if not path:
        return value or None
    if value:
        raise DataError(f"{name} and {name}{_FILE} are both set", place="environment", fix="unset one of them")
    try:
        text = Path(path).read_text("utf-8").rstrip()
    except (OSError, UnicodeDecodeError):
        problem, fix = "the file that it names cannot be read", "give access, or name another"
        raise DataError(problem, place=name + _FILE, fix=fix) from None
    if not text:
        raise DataError("the file that it names is empty", place=name + _FILE, fix="write the secret into it")
    return text
