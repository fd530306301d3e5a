"""Weights of strands, derived from a table of weights of offences by one rule.

Where incidents of a strand are recorded with offence codes, its weight is the mean of its incidents' weights, whatever
brought them in, a code or a flag. Where none are, its weight is the plain mean of the weights of the codes that it
claims by the offence alone and not as a proxy; what a flag brings in cannot be told from a table of offences.

In both cases codes that the table lacks are left out of the mean, and there is a weight only where the codes that it
has are at least a quarter of the strand, by incidents or by codes. Below that the number would speak of something else
than the strand, which is left unweighted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.strands import Strand, Taxonomy
from features.strands.inputs import POLICE_UK, takes
from features.strands.offences import offence_list, offences

LEAST_SHARE = 0.25


@dataclass(frozen=True)
class DerivedWeight:
    """What a table of offences says of one strand.

    Attributes:
        strand: Name of the strand.
        weight: Its weight; None: unweighted.
        codes: How many offence codes it has.
        weighted: How many of them the table weighs.
        share: Share of the strand that these are: of its recorded incidents, or of its codes where the mean is plain.
        incidents: Recorded incidents behind the mean; None where it is plain.
    """

    strand: str
    weight: float | None
    codes: int
    weighted: int
    share: float
    incidents: int | None

    def sentence(self) -> str:
        """Return how the weight was made, or why there is none."""
        if not self.codes:
            return "no offence code alone tells of it"
        covers = f"the table weighs {self.weighted} of its {self.codes} offence codes"
        if self.incidents is not None:
            covers += f", {100 * self.share:.0f} % of its {self.incidents:,} recorded incidents"
        if self.weight is None:
            return f"{covers}, too few to speak of the strand" if self.weighted else covers
        return f"{covers}; the mean is {'plain' if self.incidents is None else 'over these incidents'}"


def derived_weights(
    taxonomy: Taxonomy, table: Mapping[str, float], recorded: Mapping[str, Mapping[str, int]]
) -> tuple[DerivedWeight, ...]:
    """Return the weight of each strand of a taxonomy.

    Args:
        taxonomy: The strands.
        table: Offence code -> weight of one offence, 0 or more.
        recorded: Strand -> offence code -> incidents recorded of it.
    """
    derived = []
    for strand in taxonomy.strands:
        counts = {code: count for code, count in recorded.get(strand.name, {}).items() if count > 0}
        known = {code: count for code, count in counts.items() if code in offences() or code in table}
        amounts = known or dict.fromkeys(claimed_codes(strand, [code for code in table if code not in offences()]), 1)
        derived.append(_derived(strand.name, amounts, table, recorded=bool(known)))
    return tuple(derived)


def claimed_codes(strand: Strand, unlisted: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the offence codes that a strand claims by the offence alone and not as a proxy.

    Args:
        strand: The strand.
        unlisted: Codes to consider beside those of the list of offence codes.
    """
    wanted = [
        item.where["offence"]
        for item in strand.inputs
        if set(item.where) == {"offence"} and not item.proxy and item.feed != POLICE_UK
    ]
    lines = [item.codes for item in offence_list()] + [(code,) for code in unlisted]
    return tuple(codes[0] for codes in lines if any(any(takes(values, codes)) for values in wanted))


def _derived(strand: str, amounts: Mapping[str, int], table: Mapping[str, float], *, recorded: bool) -> DerivedWeight:
    weights = {code: weight for code in amounts if (weight := _weight_of(code, table)) is not None}
    total, covered = sum(amounts.values()), sum(amounts[code] for code in weights)
    share = covered / total if total else 0.0
    mean = sum(amounts[code] * weight for code, weight in weights.items()) / covered if covered else 0.0
    weight = mean if share >= LEAST_SHARE and mean > 0 else None
    return DerivedWeight(strand, weight, len(amounts), len(weights), share, total if recorded else None)


def _weight_of(code: str, table: Mapping[str, float]) -> float | None:
    """Return the weight of a code: the table's own for it, else the mean of those of the codes that it joins."""
    parts = offences()[code].codes if code in offences() else (code,)
    found = [table[part] for part in parts if part in table]
    return table.get(code, sum(found) / len(found) if found else None)
