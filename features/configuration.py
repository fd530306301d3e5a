"""Reading the files that people write: TOML into closed models, with one sentence for what is wrong."""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from errors import DataError


class Closed(BaseModel):
    """A model in which an unknown key is an error and nothing changes after it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=Closed)


def load_toml(path: Path, model: type[M]) -> M:
    """Read a TOML file into a closed model.

    Raises:
        DataError: The file is absent, no TOML, or has a wrong key or value; names the key and the nearest valid one.
    """
    return validated(_read(path), path.name, model)


def validated(document: Mapping[str, Any], name: str, model: type[M]) -> M:
    """Return the document as a closed model; `name` is the file named in the error."""
    try:
        return model.model_validate(dict(document))
    except ValidationError as error:
        # An unknown key comes first: a misspelt required key also reports the right one as missing.
        found = sorted(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
        raise _explained(found[0], name, model) from None


def validated_text(text: str, name: str, model: type[M]) -> M:
    """Return the text of a TOML file as a closed model; `name` is the file named in the error.

    Raises:
        DataError: It is no TOML, or has a wrong key or value.
    """
    return validated(_parsed(text, name), name, model)


def _read(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_bytes().decode("utf-8-sig"), path.name)
    except FileNotFoundError:
        raise DataError("there is no such file", place=str(path), fix="check the path") from None
    except IsADirectoryError:
        raise DataError("is a folder, not a file", place=str(path), fix="name a TOML file") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", place=str(path), fix="check its permissions") from None
    except UnicodeDecodeError:
        raise DataError("is not UTF-8 text", place=path.name, fix="save it as UTF-8") from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"is not TOML ({error})".rstrip("."), place=name, fix="correct that line") from None


def _explained(item: Any, name: str, model: type[BaseModel]) -> DataError:
    location = [str(part) for part in item["loc"]]
    section, key = location[:-1], location[-1] if location else ""
    where = f"{name}, [{'.'.join(section)}]" if section else name
    if item["type"] == "extra_forbidden":
        valid = _keys(model, section)
        near = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
        hint = f"write '{near[0]}'" if near else f"use only {', '.join(valid)}"
        return DataError(f"unknown key '{key}'", place=where, fix=hint)
    if item["type"] == "missing":
        return DataError(f"the key '{key}' is missing", place=where, fix="add it")
    message = str(item["msg"]).removeprefix("Value error, ").rstrip(".")
    message = message[:1].lower() + message[1:]
    return DataError(f"{message} (key '{key}')" if key else message, place=where, fix="correct it")


def _keys(model: type[BaseModel], section: list[str]) -> list[str]:
    """Return the valid keys of a section, following nested models (also inside lists)."""
    for part in section:
        if part.isdigit() or part not in model.model_fields:
            continue
        kind = model.model_fields[part].annotation
        nested = [arg for arg in (kind, *get_args(kind)) if isinstance(arg, type) and issubclass(arg, BaseModel)]
        if nested:
            model = nested[0]
    return [field.alias or name for name, field in model.model_fields.items()]
