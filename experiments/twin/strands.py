"""What strand a record belongs to, by offence and flags: the reading of essex-2018 that the truth is told in.

It is part of the generator's version, so that a change of the product's taxonomy cannot change the truth unnoticed; a
test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from experiments.twin.county import Floats
from experiments.twin.offences import Offence
from experiments.twin.parameters import Kind

FLAGS = ("domestic_abuse", "gang", "child_exploitation", "knife", "cyber_enabled", "hate")
COMBINATIONS = 1 << len(FLAGS)
ASB = "Anti-social behaviour"
ROADS = "Killed or seriously injured on the roads"
FRAUD = "Fraud and cyber crime"
# In the order of precedence: strand, offence codes, flag.
_RULES: tuple[tuple[str, str, str], ...] = (
    ("Child abuse and exploitation", "11A 13 17B 19D 19E 19G 19H 20B 21 22B 71 73 88A 86", "child_exploitation"),
    ("Rape and sexual offences", "17A 17B 19* 20A 20B 21 22A 22B 23 70 71 72 73 88A 88C 88D 88E", ""),
    ("Serious violence and knife crime", "1/4.1/4.10/4.2 2 3A 5D 5E 34A 34B 10A 10D 90", "knife"),
    ("Domestic abuse", "", "domestic_abuse"),
    ("Gangs, county lines and drugs", "92A 92C 92D 92E", "gang"),
    ("Burglary", "28* 29* 30* 31*", ""),
    (ASB, "", ""),
    (ROADS, "", ""),
    (FRAUD, "", "cyber_enabled"),
)
STRANDS = tuple(name for name, _, _ in _RULES)
# Probability of each flag of FLAGS by kind, and by offence where it differs. Assumptions, by which about one crime in
# eight is flagged as domestic abuse.
_OF_KIND: dict[str, str] = {
    "violence-injury": ".31 .015 .010 .045 0 .02",
    "violence-no-injury": ".33 .010 .010 .020 0 .03",
    "harassment": ".30 .005 .010 .002 .35 .03",
    "sexual": ".22 .004 .020 .004 .03 0",
    "child": ".10 .010 .200 .002 .25 0",
    "burglary-home": ".02 .003 0 .004 0 0",
    "damage": ".14 .006 0 .003 0 .005",
    "public-order": ".06 .010 .004 .012 .01 .05",
    "robbery": ".02 .060 .010 .210 0 .003",
    "drugs-supply": "0 .250 .040 .020 .01 0",
    "drugs-possession": "0 .030 .010 .004 0 0",
    "weapons": ".01 .060 .010 0 0 0",
    "other-theft": ".03 .002 0 .001 .01 0",
    "other": ".05 .010 .010 .004 .08 .005",
}
_OF_OFFENCE: dict[str, str] = {
    "10D": "0 .080 .010 1 0 0",
    "3B": ".35 .020 .005 .180 .05 .02",
    "5D": ".20 .060 .005 .260 0 .01",
    "8R": ".30 .003 .015 0 .85 .04",
    "86": "0 0 .350 0 .90 0",
    "8M": ".02 .003 0 0 .10 1",
    "8P": ".02 .010 0 .03 0 1",
    "9B": ".01 .005 0 .01 0 1",
    "105B": ".02 .005 0 .01 0 1",
    "58J": ".01 .003 0 0 0 1",
}
_NONE = "0 0 0 0 0 0"


@dataclass(frozen=True, eq=False)
class StrandTable:
    """Which strands each offence belongs to under each combination of flags.

    Attributes:
        member: bool[offence, combination, strand]; a combination has bit f set for flag FLAGS[f].
        flagged: Probability of each flag by offence; float64[offence, flag].
    """

    member: NDArray[np.bool_] = field(repr=False)
    flagged: Floats = field(repr=False)

    @classmethod
    def of(cls, offences: Sequence[Offence]) -> "StrandTable":
        """Return the table of some offences."""
        member = np.zeros((len(offences), COMBINATIONS, len(STRANDS)), dtype=bool)
        for number, (_, codes, flag) in enumerate(_RULES):
            patterns = codes.split()
            named = [any(fnmatchcase(offence.code, pattern) for pattern in patterns) for offence in offences]
            member[np.array(named), :, number] = True
            if flag:
                has_flag = np.arange(COMBINATIONS) >> FLAGS.index(flag) & 1 == 1
                member[:, has_flag, number] = True
        texts = [_OF_OFFENCE.get(offence.code) or _OF_KIND.get(offence.kind, _NONE) for offence in offences]
        return cls(member, np.array([[float(word) for word in text.split()] for text in texts]))

    @property
    def primary(self) -> NDArray[np.bool_]:
        """As `member`, of the strand that counts the record in totals: the first that claims it."""
        first: NDArray[np.bool_] = self.member & (np.cumsum(self.member, axis=2) == 1)
        return first

    def chances(self, member: NDArray[np.bool_]) -> Floats:
        """Return the probability that a record of an offence is in a strand; float64[offence, strand]."""
        bits = (np.arange(COMBINATIONS)[:, None] >> np.arange(len(FLAGS))) & 1 == 1
        chance = np.where(bits[None], self.flagged[:, None, :], 1 - self.flagged[:, None, :]).prod(axis=2)
        weighted: Floats = (chance[:, :, None] * member).sum(axis=1)
        return weighted


def shares(kinds: Sequence[Kind], offences: Sequence[Offence]) -> Floats:
    """Return each offence's share of a kind's records; float64[kind, offence], 0 for kinds that are no crime."""
    table = np.array([[offence.recorded if offence.kind == kind.name else 0 for offence in offences] for kind in kinds])
    totals = table.sum(axis=1, keepdims=True)
    share: Floats = table / np.maximum(totals, 1)
    return share
