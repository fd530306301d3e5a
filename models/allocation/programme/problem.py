"""The allocation problem: posts, what their hours do, what that is worth, and the rules to keep.

Sets
    p in P      posts: a resource in an area, on one strand or on all of its strands together
    c in C      cells of demand: an area's strand
    i in I      rules, in families: totals, budget, ringfences, floors, cover, caps, change, response, disparity, locks
    b in B      blocks: kinds of whole shifts of a crew; P_b: the posts among which a roster's hours are shared out
    k in K      drawn weeks (for worst-week protection)
Given
    phi_pc      dose that hours of a post give a cell; concave (`posts.Links`)
    w_c, M_c    harm of an incident; incidents met by a dose, in expectation; concave (`values`)
    A, lo, hi   rules: lo_i <= sum_p A_ip x_p <= hi_i
    L_b         hours of one whole shift of a whole crew
    Y_kc        counts of the drawn weeks; alpha, lambda: share of weeks that are not the worst, weight of the worst
Decide
    x_p >= 0    hours
    n_b         whole shifts, where shifts are whole; sum of x_p over a roster's posts = sum of L_b n_b over its blocks
Maximise
    (1 - lambda) sum_c w_c M_c(u_c) - lambda CVaR_alpha( sum_c w_c (Y_kc - met(u_c, Y_kc)) ),  u_c = sum_p phi_pc(x_p)

CVaR_alpha of the unmet harm is its mean over the worst 1 - alpha of the drawn weeks (Rockafellar & Uryasev 2000,
Journal of Risk 2:21). Without protection lambda is 0 and no week is drawn: the programme separates by cell, and the
expectation is exact.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from errors import AllocationError
from models.allocation.programme.posts import Links, Posts
from models.allocation.programme.values import Value

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

# The order in which rules are shown.
Kind = Literal[
    "total", "budget", "ringfence", "floor", "cover", "response", "cap", "change", "disparity", "lock", "roster"
]
Objective = Literal["reached", "prevented", "caseload"]
Unit = Literal["hours", "share", "money"]


@dataclass(frozen=True, eq=False)
class Shares:
    """What the limits of relative rules are: shares of the hours that are placed, whatever these are.

    A row asks own hours - part x hours of `of` to be at least, or at most, 0. Its price is that of an hour's give.

    Attributes:
        part: Share of each row, float64[row].
        of: Rows by posts: the hours that it is a share of.
        what: What these are called: "the hours placed".
    """

    part: F64
    of: csr_matrix
    what: str


@dataclass(frozen=True, eq=False)
class Rules:
    """A family of rules of one kind: lower <= matrix x hours <= upper.

    Invariants: one name, place, lower and upper a row; names are unique within the family; no row is empty; lower is
    finite or -inf, upper finite or inf.

    Attributes:
        kind: What sort of rule it is.
        names: What each row is about, as people call it: "hot-spot foot patrol", "Harlow", "Harlow: Burglary".
        places: Where each is written, with which its sentence begins: "resources.toml, [floor.district] Harlow".
        matrix: Rows by posts.
        lower: Fewest hours.
        upper: Most hours.
        shares: Of rules whose limits are shares of placed hours: these; None: limits are numbers.
    """

    kind: Kind
    names: tuple[str, ...]
    places: tuple[str, ...]
    matrix: csr_matrix
    lower: F64
    upper: F64
    shares: Shares | None = None

    def __post_init__(self) -> None:
        """Refuse rules that contradict themselves.

        Raises:
            AllocationError: An invariant does not hold, or a row's lower is above its upper; names the place.
        """
        rows = len(self.names)
        if not (len(self.places) == self.matrix.shape[0] == len(self.lower) == len(self.upper) == rows):
            raise AllocationError("a family of rules is ragged", place=self.kind, fix="report it")
        for name, place, lower, upper in zip(self.names, self.places, self.lower, self.upper, strict=True):
            if np.isnan(lower) or np.isnan(upper):
                raise AllocationError(f"{name} has a limit that is no number", place=place, fix="give hours")
            if lower > upper:
                problem = f"{name}: at least {lower:,.10g} hours are asked for and at most {upper:,.10g}"
                raise AllocationError(problem, place=place, fix="lower the one or raise the other")

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self.names)

    @property
    def unit(self) -> Unit:
        """What its limits are told in."""
        if self.shares is not None:
            return "share"
        return "money" if self.kind == "budget" else "hours"

    def own(self, hours: F64) -> F64:
        """Return what each row's limit is about: of relative rules its own hours, else the row itself."""
        value: F64 = np.asarray(self.matrix @ hours, dtype=np.float64)
        return value if self.shares is None else value + self.shares.part * (self.shares.of @ hours)

    def told(self, hours: F64) -> tuple[F64, F64, F64]:
        """Return lower limits, upper limits and what a plan has of each row, in its unit; a share of nothing is 0."""
        own = self.own(hours)
        if self.shares is None:
            return self.lower, self.upper, own
        of = np.asarray(self.shares.of @ hours, dtype=np.float64)
        share = np.divide(own, of, out=np.zeros_like(own), where=of > 0)
        lower, upper = (np.where(np.isfinite(side), self.shares.part, side) for side in (self.lower, self.upper))
        return lower, upper, share


@dataclass(frozen=True, eq=False)
class Blocks:
    """Whole shifts: what a roster's hours are made of.

    Attributes:
        roster: Name of each roster: a resource, at a district or an area.
        of_post: Index of the roster of each post, -1 for none, int64[post].
        block_roster: Index of the roster of each kind of block.
        block_hours: Hours of one block: length of the shift times the crew.
    """

    roster: tuple[str, ...]
    of_post: I64
    block_roster: I64
    block_hours: F64


@dataclass(frozen=True, eq=False)
class WorstWeeks:
    """Protection of the worst weeks.

    Attributes:
        counts: Drawn weeks, int32[week, cell].
        level: alpha: the share of weeks that are not the worst, such as 0.9.
        weight: lambda: how much the worst weeks count, 0 to 1.
    """

    counts: I32
    level: float
    weight: float


@dataclass(frozen=True, eq=False)
class Problem:
    """What a plan is asked for. See the module's docstring for the symbols.

    Attributes:
        objective: What `met` means: reached, prevented, or caseload met.
        area_codes: Areas, ascending.
        strands: Strands.
        resources: Codes of resources, in the order of their file.
        posts: Where hours may go.
        links: What they do there.
        cell_area: Index of the area of each cell.
        cell_strand: Index of the strand of each cell; -1 for several strands that are served alike.
        value: What doses are worth.
        rules: Families of rules; the first is of kind "total".
        blocks: Whole shifts; None: any number of hours.
        worst: Protection of the worst weeks; None: the expectation alone.
    """

    objective: Objective
    area_codes: tuple[str, ...]
    strands: tuple[str, ...]
    resources: tuple[str, ...]
    posts: Posts
    links: Links
    cell_area: I64
    cell_strand: I64
    value: Value
    rules: tuple[Rules, ...] = field(repr=False)
    blocks: Blocks | None = None
    worst: WorstWeeks | None = None

    @property
    def worth(self) -> F64:
        """Worth of one incident in the programme, float64[cell]: its harm, or what places it where it has none."""
        return self.value.weight + self.value.placing

    @property
    def straight(self) -> bool:
        """Whether straight pieces are the programme itself, so that solving it once is exact."""
        return self.value.exact and self.links.ceiling is None

    def dose(self, hours: F64) -> F64:
        """Return the dose of every cell."""
        return self.links.dose(hours, len(self.value.mean))

    def expected(self, hours: F64) -> F64:
        """Return the expected harm met in every cell."""
        return self.value.weight * self.value.met(self.dose(hours))
