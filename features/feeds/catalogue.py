"""The catalogue of feeds: the contracts that are shipped, and those of a workspace."""

from importlib import resources
from pathlib import Path

from errors import DataError
from features.configuration import load_toml, validated_text
from features.feeds.contract import NAME, Contract
from features.workspace import FEEDS

_SUFFIX = ".toml"


def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped contracts, sorted."""
    folder = resources.files("features.feeds").joinpath("contracts")
    return tuple(sorted(item.name.removesuffix(_SUFFIX) for item in folder.iterdir() if item.name.endswith(_SUFFIX)))


def shipped_text(name: str) -> str:
    """Return the text of a shipped contract."""
    return resources.files("features.feeds").joinpath("contracts", f"{name}{_SUFFIX}").read_text("utf-8")


def shipped_contract(name: str) -> Contract:
    """Return a shipped contract."""
    return validated_text(shipped_text(name), f"{name}{_SUFFIX}", Contract)


def contract_names(root: Path) -> tuple[str, ...]:
    """Return the names of all contracts that a workspace can use, sorted."""
    own = (item.stem for item in (root / FEEDS).glob(f"*{_SUFFIX}"))
    return tuple(sorted({*shipped_names(), *own}))


def is_own(root: Path, name: str) -> bool:
    """Return whether a workspace has a contract of its own under this name; it goes before a shipped one."""
    return (root / FEEDS / f"{name}{_SUFFIX}").is_file()


def load_contract(root: Path, name: str) -> Contract:
    """Return the contract of a feed: the workspace's own, else the shipped one.

    Raises:
        DataError: There is none, or it cannot be used, or it is written under another name.
    """
    if not NAME.fullmatch(name):
        raise DataError(
            "is no name of a feed", place=name, fix="use small letters, digits, hyphens, dots and underscores"
        )
    if is_own(root, name):
        contract = load_toml(root / FEEDS / f"{name}{_SUFFIX}", Contract)
    elif name in shipped_names():
        contract = shipped_contract(name)
    else:
        fix = f"use one of {', '.join(contract_names(root))}, or make it with strandcast feeds new {name}"
        raise DataError("there is no contract of this feed", place=name, fix=fix)
    if contract.name != name:
        raise DataError(f"holds the contract of '{contract.name}'", place=f"{name}{_SUFFIX}", fix="rename one of them")
    return contract


def all_contracts(root: Path) -> tuple[Contract, ...]:
    """Return every contract that a workspace can use, by name.

    Raises:
        DataError: One of them cannot be used.
    """
    return tuple(load_contract(root, name) for name in contract_names(root))
