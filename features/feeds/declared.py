"""Declared code lists: values of a feed that may be shown, as they were written down before any row held them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.feeds.contract import Contract
from features.feeds.mapping import OWN_STRAND
from features.strands import Taxonomy

NOT_SHOWN = "(not shown)"
BLANK = "(blank)"
_ANY = "*"
_FLAGS = ("Y", "N", "Yes", "No", "True", "False", "T", "F", "1", "0")


@dataclass(frozen=True)
class Declared:
    """The words of the code lists.

    Attributes:
        words: Canonical or own name of a column -> value in small letters -> the value as it was declared. A word that
            ends in "*" stands for all values that begin with the rest of it, and is what is shown of them.
    """

    words: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, contract: Contract, taxonomy: Taxonomy, areas: Sequence[str] = ()) -> "Declared":
        """Return what a contract allows, what it or the taxonomy maps to strands, what flags hold, and the areas."""
        found: dict[str, set[str]] = {name: set(column.allowed) for name, column in contract.columns.items()}
        for name, column in contract.columns.items():
            if column.type == "flag":
                found[name].update(_FLAGS)
        if "offence" in found:
            found["offence"].update(contract.strands)
        found.setdefault("area_code", set()).update(areas)
        for _, item in taxonomy.inputs_of(contract.name):
            for name, values in item.where.items():
                found.setdefault(name, set()).update(values)
        return cls(
            {
                name: {" ".join(word.split()).casefold(): word for word in sorted(words) if word != OWN_STRAND}
                for name, words in found.items()
            }
        )

    def shown(self, column: str, value: str) -> str:
        """Return a value as far as it may be shown."""
        text = " ".join(value.split()).casefold()
        if not text:
            return BLANK
        words = self.words.get(column, {})
        if text in words:
            return words[text]
        begins = (word for key, word in words.items() if key.endswith(_ANY) and text.startswith(key.removesuffix(_ANY)))
        return next(begins, NOT_SHOWN)
