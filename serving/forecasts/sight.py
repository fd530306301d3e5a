"""Sight: the rows of a run that a caller may see, by areas and strands."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.served.read import ServedRun
from serving.access.caller import Scope

# Scopes are few: one a partner. A run that is no longer served is forgotten with its last one.
_KEPT = 64


@dataclass(frozen=True)
class Sight:
    """What of one level may be seen.

    Attributes:
        codes: Member to its place, ascending.
        strands: Strand to its place, ascending.
    """

    codes: Mapping[str, int]
    strands: Mapping[str, int]


@lru_cache(maxsize=_KEPT)
def sight(run: ServedRun, level: str, scope: Scope) -> Sight:
    """Return what of a level lies within a scope.

    A scope names areas, or members of any level for all of their areas. A total is seen only where all of its areas
    are, and all strands together only where every strand is: else what is hidden is what is left over.
    """
    block = run.block(level)
    codes = {code: at for at, code in enumerate(block.codes)}
    strands = {strand: at for at, strand in enumerate(block.strands)}
    if scope.areas is not None:
        own = _areas(run, scope.areas)
        codes = {code: at for code, at in codes.items() if block.members[at] and own.issuperset(block.members[at])}
    if scope.strands is not None:
        named = run.block(None).strands
        everything = scope.strands.issuperset(named)
        strands = {s: at for s, at in strands.items() if (s in scope.strands if s in named else everything)}
    return Sight(codes, strands)


def _areas(run: ServedRun, names: frozenset[str]) -> set[int]:
    """Return the indices of the areas that names stand for."""
    districts = run.meta.get("districts") or {}
    named = {at for at, code in enumerate(run.block(None).codes) if districts.get(code) in names}
    return named.union(
        *(
            members
            for block in run.layout.blocks
            for code, members in zip(block.codes, block.members, strict=True)
            if code in names
        )
    )
