"""Rules that rest because nothing is known of what they speak of; a plan says so."""

import numpy as np

from models.allocation.posed import Ground
from models.allocation.rules.settings import EVERY, RuleSettings


def without_resting(rules: RuleSettings, ground: Ground) -> tuple[RuleSettings, tuple[str, ...]]:
    """Return the rules that can be kept on this ground, and a sentence for each that rests.

    Hours against need by decile rest where no area has one, and the floor of every district where no district is known:
    files that suit many workspaces have both. A district that is named stays, and is refused where it is unknown.
    """
    told = []
    if rules.disparity is not None and not np.isfinite(ground.decile).any():
        rules = rules.model_copy(update={"disparity": None})
        told.append("No area has a deprivation decile, so hours are not held against need by decile.")
    if EVERY in rules.minimum_per_district and ground.district is None:
        named = {name: hours for name, hours in rules.minimum_per_district.items() if name != EVERY}
        rules = rules.model_copy(update={"minimum_per_district": named})
        told.append("No district is known, so none has a floor.")
    return rules, tuple(told)
