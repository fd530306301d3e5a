"""Harm: what one incident of a strand counts, in several sets of weights, each weight with its source."""

from features.harm.sets import EQUAL, Harm, HarmSet, load_harm
from features.harm.shipped import harm_text

__all__ = ["EQUAL", "Harm", "HarmSet", "harm_text", "load_harm"]
