"""Which strands a row belongs to: by what a contract maps, or by what a taxonomy claims of the feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from errors import DataError
from features.feeds.catalogue import shipped_contract, shipped_names
from features.feeds.claims import Claimed, Claims
from features.feeds.contract import Contract
from features.feeds.mapping import OWN_STRAND
from features.feeds.values import Coded, common_spelling
from features.strands import Taxonomy

# So heavy that the spelling of a strand in the mapping wins over any spelling in the data.
_DECLARED = 2**40
# What a flag that is set reads as.
SET = "yes"


@dataclass(frozen=True)
class StrandRules:
    """Which strand an offence belongs to.

    Attributes:
        targets: Offence in small letters -> strand; "*" for every other offence, its target "*" for the offence itself.
        taxonomy: The strands that there are.
        flags: Flag column -> further strand of a row that has it set, in the order of precedence.
    """

    targets: Mapping[str, str]
    taxonomy: Taxonomy
    flags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, strands: Mapping[str, str], taxonomy: Taxonomy, place: str, flags: Mapping[str, str] | None = None
    ) -> "StrandRules":
        """Return the rules of a mapping or a contract.

        Raises:
            DataError: A strand is not in the taxonomy.
        """
        named = taxonomy.resolved((target for target in strands.values() if target != OWN_STRAND), place)
        set_by = dict(flags or {})
        also = taxonomy.resolved(set_by.values(), place)
        return cls(
            {" ".join(key.split()).casefold(): named.get(target, target) for key, target in strands.items()},
            taxonomy,
            {column: also[target] for column, target in set_by.items()},
        )

    def declared(self) -> tuple[str, ...]:
        """Return the strands that are named, whether or not an offence of theirs occurs."""
        mapped = {target for target in self.targets.values() if target != OWN_STRAND}
        return tuple(sorted(mapped | set(self.flags.values())))

    @property
    def stand_ins(self) -> Mapping[str, tuple[str, ...]]:
        """Nothing: what a contract maps stands in for no other feed."""
        return {}

    def rows(self, columns: Mapping[str, Coded]) -> Claimed:
        """Return the strands of each row: the one of its offence, and those of the flags that it has set.

        Args:
            columns: Code columns by name, of equal length; without an offence column every row goes to "*".
        """
        size = len(next(iter(columns.values())).codes)
        offence = columns.get("offence") or Coded(np.zeros(size, dtype=np.int32), (OWN_STRAND,))
        found = self.strands(offence.values, offence.weights())
        names = tuple(dict.fromkeys([*(name for name in found if name is not None), *self.flags.values()]))
        where: dict[str | None, int] = {None: -1, **{name: index for index, name in enumerate(names)}}
        primary = np.array([*(where[name] for name in found), -1], dtype=np.int32)[offence.codes]
        # One bit a flag: few flags make few sets.
        bits = np.zeros(size, dtype=np.int64)
        for bit, column in enumerate(self.flags):
            coded = columns[column]
            bits |= (np.array([value == SET for value in coded.values], dtype=np.int64) << bit)[coded.codes]
        kinds, kind = np.unique(bits * (len(names) + 1) + primary + 1, return_inverse=True)
        primary_of, also_of, sets = self._sets(kinds, names)
        return Claimed(primary_of[kind], also_of[kind], names, sets, required=True)

    def _sets(
        self, kinds: NDArray[np.int64], names: tuple[str, ...]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], tuple[tuple[str, ...], ...]]:
        """Return the primary strand and the set of further ones of each kind of row (flags set, strand of offence)."""
        primary, also = np.full(len(kinds), -1, dtype=np.int32), np.zeros(len(kinds), dtype=np.int32)
        sets: dict[tuple[str, ...], int] = {(): 0}
        for index, kind in enumerate(kinds.tolist()):
            flags, own = divmod(kind, len(names) + 1)
            strands = [names[own - 1]] if own else []
            strands += [strand for bit, strand in enumerate(self.flags.values()) if flags >> bit & 1]
            if strands:
                first, *rest = dict.fromkeys(strands)
                primary[index] = names.index(first)
                also[index] = sets.setdefault(tuple(rest), len(sets))
        return primary, also, tuple(sets)

    def strands(self, offences: Sequence[str], weights: NDArray[np.int64]) -> list[str | None]:
        """Return the strand of each offence, None where none is mapped."""
        declared = self.declared()
        spelled = common_spelling(
            [*offences, *declared], np.concatenate([weights, np.full(len(declared), _DECLARED, dtype=np.int64)])
        )
        rest = self.targets.get(OWN_STRAND)
        found: list[str | None] = []
        for offence, spelling in zip(offences, spelled, strict=False):
            target = self.targets.get(offence.casefold(), rest if offence else None)
            found.append(self.taxonomy.named(spelling) if target == OWN_STRAND else target)
        return found


Rules = StrandRules | Claims


def rules_of(contract: Contract, taxonomy: Taxonomy, place: str) -> Rules:
    """Return what says which strands a feed's rows belong to.

    A feed that is no demand belongs to none. A taxonomy that names inputs of the feed decides; else the contract's own
    [strands] and [flags] do, by default each offence is a strand of its own, or the whole feed one.

    Raises:
        DataError: The contract names a strand that the taxonomy lacks, or the taxonomy asks for a column that the
            contract lacks, or for a feed that is no demand.
    """
    claims = Claims.of(taxonomy, contract.name)
    if contract.use != "demand":
        if claims.inputs:
            problem = f"the feed {contract.name} is kept for another use ({contract.use}) and is refused as demand"
            raise DataError(problem, place="strands.toml", fix="take it out of the strand's inputs")
        return claims
    if claims.inputs and not contract.strands:
        claims.check(contract.codes)
        return claims
    default = {OWN_STRAND: OWN_STRAND if "offence" in contract.columns else contract.title}
    return StrandRules.of(contract.strands or default, taxonomy, place, contract.flags)


def check_taxonomy(taxonomy: Taxonomy) -> None:
    """Check the inputs of a taxonomy against the shipped contracts that it names.

    Raises:
        DataError: An input asks for a column that its feed lacks, or for a feed that is no demand.
    """
    for feed in taxonomy.feeds():
        if feed in shipped_names():
            rules_of(shipped_contract(feed), taxonomy, "strands.toml")
