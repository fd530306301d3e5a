"""Fingerprints: one hash of everything that a computation depends on, its values, its code and its libraries."""

import hashlib
import json
import platform
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import numpy as np

import errors
import features
import models
import training
from errors import DataError
from training.provenance import LIBRARIES

# Whatever a forecast is made with; code elsewhere is no part of a fingerprint, and so cannot be fingerprinted.
_ROOMS = (errors, features, models, training)


def fingerprint(*values: object) -> str:
    """Return a SHA-256 that is equal only where the values, the code, the libraries and the platform are.

    Args:
        values: Plain values, arrays, data classes of this house, its functions, and their methods.

    Raises:
        DataError: A value cannot be told apart by its content: a lambda, a function of elsewhere, an open thing.
    """
    text = json.dumps([values, _code(), _surroundings()], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> Any:
    """Return JSON for what JSON does not know, equal exactly where the value is."""
    if isinstance(value, np.ndarray):
        return [str(value.dtype), value.shape, hashlib.sha256(np.ascontiguousarray(value).data).hexdigest()]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type) and _is_ours(type(value).__module__):
        kind = type(value)
        return [kind.__module__, kind.__qualname__, {field.name: getattr(value, field.name) for field in fields(value)}]
    return _plain_function(value)


def _plain_function(value: object) -> Any:
    match value:
        case partial():
            return ["partial", value.func, value.args, value.keywords]
        case MethodType():
            return [value.__func__.__qualname__, value.__self__]
        case FunctionType() if "<" not in value.__qualname__ and _is_ours(value.__module__):
            return [value.__module__, value.__qualname__]
    problem = f"{type(value).__name__} cannot be told apart by its content"
    raise DataError(problem, place="kept backtest", fix="fit a recipe, or keep nothing")


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in {room.__name__ for room in _ROOMS}


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for room in _ROOMS:
        root = Path(str(room.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{room.__name__}/{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _surroundings() -> list[str]:
    return [platform.python_version(), platform.platform(), *(f"{name} {version(name)}" for name in LIBRARIES)]
