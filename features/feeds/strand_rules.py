"""Which strand an offence of an export belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.feeds.mapping import OWN_STRAND
from features.feeds.values import common_spelling
from features.strands import Taxonomy

# So heavy that the spelling of a strand in the mapping wins over any spelling in the data.
_DECLARED = 2**40


@dataclass(frozen=True)
class StrandRules:
    """Which strand an offence belongs to.

    Attributes:
        targets: Offence in small letters -> strand; "*" for every other offence, its target "*" for the offence itself.
        taxonomy: The strands that there are.
    """

    targets: Mapping[str, str]
    taxonomy: Taxonomy

    @classmethod
    def of(cls, strands: Mapping[str, str], taxonomy: Taxonomy, place: str) -> "StrandRules":
        """Return the rules of a mapping.

        Raises:
            DataError: A strand is not in the taxonomy.
        """
        named = taxonomy.resolved((target for target in strands.values() if target != OWN_STRAND), place)
        return cls(
            {" ".join(key.split()).casefold(): named.get(target, target) for key, target in strands.items()}, taxonomy
        )

    def declared(self) -> tuple[str, ...]:
        """Return the strands that are named, whether or not an offence of theirs occurs."""
        return tuple(sorted({target for target in self.targets.values() if target != OWN_STRAND}))

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
