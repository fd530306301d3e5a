"""The choices beside a plan's own: other sets of harm weights and other levels of the effects."""

from collections.abc import Callable
from typing import get_args

from models.allocation.posed import Planned
from models.allocation.resources.amounts import EffectLevel
from models.allocation.scenarios.again import Scenario


def choices_beside(scenario: Scenario) -> tuple[str, dict[str, Callable[[], Planned]]]:
    """Return the name of a plan's own choice, and what plans under each other one.

    The sets are those of the workspace, of which one may be made from the Cambridge Crime Harm Index, with "equal"
    always among them; each is used with the plan's own effect, and each level of the effect with the plan's own set.
    """
    own, level = scenario.harm_set, scenario.choices.effect
    levels: tuple[EffectLevel, ...] = get_args(EffectLevel)
    sets = [item.name for item in scenario.sets.harm.sets if item.name != own]
    others = [*(scenario.weighed(name) for name in sets), *(scenario.assumed(one) for one in levels if one != level)]
    return f"{own}, {level} effect", {other.name: other.planned for other in others}
