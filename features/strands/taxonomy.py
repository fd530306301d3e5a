"""The taxonomy: a closed, versioned list of strands, or an open one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from errors import DataError
from features.configuration import Closed, load_toml, validated_text
from features.strands.inputs import POLICE_UK, StrandInput


class Strand(Closed):
    """One strand.

    Attributes:
        code: Short code; a mapping may name the strand by its code or its name.
        name: Name shown, and the strand's name in every table.
        evidence: Why it is a strand, and where that is written.
        police_uk: The data.police.uk types that feed it: the short form of an input of the feed police-uk.
        proxy: Those types stand for it only roughly; belongs to the short form.
        input: What feeds it.
    """

    code: str = Field(min_length=1)
    name: str = Field(min_length=1)
    evidence: str = ""
    police_uk: tuple[str, ...] = ()
    proxy: bool = False
    input: tuple[StrandInput, ...] = ()

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> "Strand":
        if self.police_uk and any(item.feed == POLICE_UK for item in self.input):
            raise ValueError(f"'{self.name}' has both police_uk and an input of the feed police-uk: write one of them")
        if self.proxy and not self.police_uk:
            raise ValueError(f"'{self.name}' has proxy without police_uk: write proxy in the inputs that it is true of")
        for feed in {item.feed for item in self.input}:
            if len({frozenset(item.stand_in_for) for item in self.input if item.feed == feed}) > 1:
                raise ValueError(f"the inputs of '{self.name}' from the feed {feed} stand in for different feeds")
        return self

    @property
    def inputs(self) -> tuple[StrandInput, ...]:
        """What feeds it, the short form written out."""
        if not self.police_uk:
            return self.input
        return (*self.input, StrandInput(feed=POLICE_UK, where={"offence": self.police_uk}, proxy=self.proxy))

    def has_feed(self, feeds: Iterable[str]) -> bool:
        """Return whether one of the feeds held is an input of the strand; without any it shows "no feed", never 0."""
        held = tuple(feeds)
        return any(item.is_held(held) for item in self.inputs)

    def is_proxied(self, feeds: Iterable[str]) -> bool:
        """Return whether its inputs of the feeds held are there, and are all proxies."""
        held = tuple(feeds)
        found = [item.proxy for item in self.inputs if item.is_held(held)]
        return bool(found) and all(found)


class TaxonomyFile(Closed):
    """What `strands.toml` holds."""

    version: str = Field(min_length=1)
    provisional: bool = False
    strand: tuple[Strand, ...] = ()

    @model_validator(mode="after")
    def _is_unambiguous(self) -> "TaxonomyFile":
        for what, names in (
            ("strand", [name for item in self.strand for name in {item.code.casefold(), item.name.casefold()}]),
            ("police.uk type", [kind.casefold() for item in self.strand for kind in item.police_uk]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                msg = f"the {what} '{twice[0]}' stands twice"
                raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Taxonomy:
    """The strands of a workspace.

    Attributes:
        version: Name of the version; "open" where no list is given.
        provisional: The strands are not confirmed by their owner; shown wherever they are.
        strands: The closed list; empty for an open taxonomy. Its order is the order of precedence: the first strand
            that claims a row is the one that it is counted under in totals.
    """

    version: str
    provisional: bool
    strands: tuple[Strand, ...]

    @property
    def is_open(self) -> bool:
        """Whether the strands are those that the mappings name."""
        return not self.strands

    def names(self) -> tuple[str, ...]:
        """Return the names of the closed list."""
        return tuple(strand.name for strand in self.strands)

    def named(self, name: str) -> str | None:
        """Return the strand's name for a code or name in any case; None: the taxonomy lacks it."""
        if self.is_open:
            return name
        key = name.casefold()
        return next((item.name for item in self.strands if key in (item.code.casefold(), item.name.casefold())), None)

    def resolved(self, targets: Iterable[str], place: str) -> dict[str, str]:
        """Return each target of a mapping with the name of its strand.

        Raises:
            DataError: The taxonomy lacks a target.
        """
        found = {target: self.named(target) for target in targets}
        lacking = sorted(target for target, name in found.items() if name is None)
        if lacking:
            fix = f"map to one of: {', '.join(self.names())}"
            problem = f"'{lacking[0]}' is no strand of the taxonomy {self.version}"
            raise DataError(problem, place=place, fix=fix)
        return {target: name for target, name in found.items() if name is not None}

    def inputs_of(self, feed: str) -> tuple[tuple[str, StrandInput], ...]:
        """Return the inputs of a feed, each with its strand's name, in the order of precedence."""
        return tuple((strand.name, item) for strand in self.strands for item in strand.inputs if item.feed == feed)

    def feeds(self) -> tuple[str, ...]:
        """Return the feeds that the strands name, sorted."""
        return tuple(sorted({item.feed for strand in self.strands for item in strand.inputs}))

    def proxies(self, feeds: Iterable[str]) -> tuple[str, ...]:
        """Return the strands whose data come only from proxies, given the feeds held."""
        held = tuple(feeds)
        return tuple(strand.name for strand in self.strands if strand.is_proxied(held))

    def has_feed(self, name: str, feeds: Iterable[str]) -> bool:
        """Return whether one of the feeds held is an input of the strand of this name."""
        held = tuple(feeds)
        return any(strand.has_feed(held) for strand in self.strands if strand.name == name)

    def stand_ins(self, feed: str) -> Mapping[str, tuple[str, ...]]:
        """Return strand -> the feeds that this feed stands in for there, for the strands where it does."""
        return {name: item.stand_in_for for name, item in self.inputs_of(feed) if item.stand_in_for}


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy.

    Raises:
        DataError: The file is absent or cannot be used.
    """
    loaded = load_toml(path, TaxonomyFile)
    return Taxonomy(loaded.version, loaded.provisional, loaded.strand)


def taxonomy_of(text: bytes, name: str) -> Taxonomy:
    """Return the taxonomy of a file's text; `name` is the file named in an error.

    Raises:
        DataError: It cannot be used.
    """
    loaded = validated_text(text.decode("utf-8-sig"), name, TaxonomyFile)
    return Taxonomy(loaded.version, loaded.provisional, loaded.strand)
