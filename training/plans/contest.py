"""Plans of past weeks beside simple rules, the optimum for the mean and the clairvoyant: what each reached."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.allocation.programme.problem import Problem
from models.allocation.programme.solver import solve
from models.allocation.programme.values import Share, Value
from training.plans.simple import KEYS, simple_hours
from training.plans.value import expecting, knowing, under
from training.plans.week import Week

F64 = NDArray[np.float64]

PLAN, PLAIN, MEAN = "plan", "optimum for last year's mean", "optimum for the mean"
TRUE, CLAIRVOYANT = "optimum for the truth", "clairvoyant"
SIMPLE: tuple[str, ...] = tuple(KEYS)

# From the forecast of a period to the programme that places its hours.
Pose = Callable[[Week], Problem]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What plans reached, week by week.

    Attributes:
        plans: Names of the plans.
        starts: First day of each week.
        reached: Harm reached of what happened, float64[plan, week].
        happened: Harm that happened, float64[week].
        expected: Harm reached in expectation under the truth, float64[plan, week]; None where nobody knows it.
        truth: Harm expected under the truth, float64[week]; None as well.
        unplaced: Hours left unplaced, float64[plan, week].
    """

    plans: tuple[str, ...]
    starts: tuple[date, ...]
    reached: F64
    happened: F64
    expected: F64 | None
    truth: F64 | None
    unplaced: F64

    def share(self, *, expected: bool = False) -> F64:
        """Return the share of each week's harm that was reached, float64[plan, week]; 0 of a week without any."""
        above, below = (self.expected, self.truth) if expected else (self.reached, self.happened)
        if above is None or below is None:
            raise ValueError("nobody knows the truth")
        return np.asarray(above / np.where(below > 0, below, 1.0), dtype=np.float64)


def contest(weeks: Iterable[Week], pose: Pose, weight: F64, advance: Callable[[int], None]) -> Outcome:
    """Make and score every plan of every week.

    Args:
        weeks: Weeks, oldest first.
        pose: Makes the programme of a forecast.
        weight: Harm weight of each strand, NaN where it has none.
        advance: Told how many weeks are done.

    Raises:
        AllocationError: No hours keep the rules.
    """
    rows = []
    for number, week in enumerate(weeks):
        rows.append(_of_week(week, pose(week), weight))
        advance(number + 1)
    names = rows[0].plans
    return Outcome(
        names,
        tuple(row.starts[0] for row in rows),
        np.concatenate([row.reached for row in rows], axis=1),
        np.concatenate([row.happened for row in rows]),
        _joined([row.expected for row in rows], axis=1),
        _joined([row.truth for row in rows], axis=0),
        np.concatenate([row.unplaced for row in rows], axis=1),
    )


def hours_of(week: Week, asked: Problem, weight: F64) -> dict[str, F64]:
    """Return the hours of each plan of a week by its name.

    All keep the rules of the forecast's programme: what it asks of response, for one, follows from expected demand, and
    a plan that knew more is not let off.

    Args:
        week: The week.
        asked: The programme of its forecast.
        weight: Harm weight of each strand, NaN where it has none.
    """
    problem = under(asked, asked.value)

    def best(value: Value) -> F64:
        return solve(under(problem, value)).hours

    hours = {PLAN: solve(asked).hours}
    hours |= {rule: simple_hours(rule, week, problem, weight) for rule in SIMPLE}
    hours[PLAIN] = best(expecting(problem, week.plain, weight))
    # By presence only the mean counts, and the optimum for it is the plan itself.
    same = isinstance(asked.value, Share) and asked.worst is None
    hours[MEAN] = hours[PLAN] if same else best(knowing(problem, week.demand, weight))
    if week.expected is not None:
        hours[TRUE] = best(expecting(problem, week.expected, weight))
    hours[CLAIRVOYANT] = best(knowing(problem, week.truth(), weight))
    return hours


def _of_week(week: Week, asked: Problem, weight: F64) -> Outcome:
    hours = hours_of(week, asked, weight)
    doses = [asked.dose(found) for found in hours.values()]

    def scored(value: Value) -> F64:
        return np.array([[value.weight @ value.met(dose)] for dose in doses])

    happened = knowing(asked, week.truth(), weight)
    expected = truth = None
    if week.expected is not None:
        value = expecting(asked, week.expected, weight)
        expected, truth = scored(value), np.array([value.weight @ value.mean])
    total = float(np.sum(asked.rules[0].upper))
    return Outcome(
        tuple(hours),
        (week.start,),
        scored(happened),
        np.array([happened.weight @ happened.mean]),
        expected,
        truth,
        np.array([[total - float(found.sum())] for found in hours.values()]),
    )


def _joined(parts: Sequence[F64 | None], axis: int) -> F64 | None:
    known_parts = [part for part in parts if part is not None]
    return np.concatenate(known_parts, axis=axis) if len(known_parts) == len(parts) else None
