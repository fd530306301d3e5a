"""The solution of a problem, by HiGHS: of hours (`hours`), and of whole shifts where they are asked for (`whole`).

Ties: a cell that comes later (by area, then strand) counts a hair less (`straight.TIE`), and areas that the programme
cannot tell apart are given their mean: by symmetry and concavity that is worth no less. So equal demand under equal
rules gets equal hours, and the same problem the same bits.
"""

from dataclasses import dataclass, replace

from models.allocation.programme.hours import hours_plan
from models.allocation.programme.plan import Plan
from models.allocation.programme.problem import Problem
from models.allocation.programme.whole import whole_plan


@dataclass(frozen=True)
class Effort:
    """When to be content; never by the clock.

    Attributes:
        gap: Gap of a plan of hours, as a share of its worth.
        whole_gap: Gap of a plan of whole shifts.
        nodes: Most nodes searched for whole shifts.
    """

    gap: float = 1e-7
    whole_gap: float = 0.01
    nodes: int = 2_000


ORDINARY = Effort()


def solve(problem: Problem, effort: Effort = ORDINARY) -> Plan:
    """Return the plan that is worth most, to within the effort's gap.

    Raises:
        NoPlanError: No hours keep the rules.
        AllocationError: No whole shifts do, or HiGHS stopped without an answer.
    """
    loose = hours_plan(replace(problem, blocks=None), effort.gap)
    if problem.blocks is None:
        return loose
    return whole_plan(problem, loose, hours_gap=effort.gap, gap=effort.whole_gap, nodes=effort.nodes)
