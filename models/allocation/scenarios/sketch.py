"""A sketch: what a plan would be, without what a plan to decide on has beside it (rosters, visits, ranges, reasons).

It is solved exactly as a plan is, so that the plan that is made of the same request has the same hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.allocation.papers.account import Account, account_of
from models.allocation.papers.document import forecast_document, period_document
from models.allocation.papers.holding import plans_of
from models.allocation.papers.means import Means, means_of
from models.allocation.papers.ranges import group_of
from models.allocation.posed import Planned
from models.allocation.posing.actions import is_alone
from models.allocation.programme.hours import NoPlanError, hours_plan
from models.allocation.programme.plan import Plan
from models.allocation.programme.solver import ORDINARY
from models.allocation.reasons.next_hours import MORE, with_more
from models.allocation.reasons.sentences import plan_sentences
from models.allocation.reasons.words import MET, amount, hours_text
from models.allocation.resources import Resources
from models.runs import ForecastRun

F64 = NDArray[np.float64]

SCHEMA = "sketch/1"
_MOST_OF_IT = 0.5
_NAMED = 3
