"""Rules that cannot all be kept, and the one sentence in which that is told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from errors import AllocationError
from models.allocation.programme.problem import Kind

_MOST_RULES = 6
_MOST_NAMES = 3
_WORDS: dict[Kind, tuple[str, str]] = {
    "total": ("total", "totals"),
    "budget": ("budget", "budgets"),
    "ringfence": ("ringfence", "ringfences"),
    "floor": ("floor", "floors"),
    "cover": ("cover", "cover"),
    "response": ("response standard", "response standards"),
    "cap": ("cap", "caps"),
    "change": ("change limit", "change limits"),
    "disparity": ("disparity limit", "disparity limits"),
    "lock": ("lock", "locks"),
}


@dataclass(frozen=True)
class ClashRule:
    """A rule of a clash.

    Attributes:
        kind: What sort of rule it is.
        names: What those of its rows are about that bear on the clash.
        place: Where it is written.
        lower: Fewest hours of these rows together, -inf where they have none.
        upper: Most hours of these rows together, inf where they have none.
        give: By how many hours it alone would have to give, in each of its rows, for the set to be kept; NaN where
            that could not be found out, of whole shifts.
        parts: Of rows that are relative: the share of placed hours that each row's limit is.
        what: What hours these are shares of.
    """

    kind: Kind
    names: tuple[str, ...]
    place: str
    lower: float
    upper: float
    give: float
    parts: tuple[float, ...] = ()
    what: str = ""

    @property
    def name(self) -> str:
        """What it is about: "Harlow", or "E01, E02, E03 and 1,108 more"."""
        more = len(self.names) - _MOST_NAMES
        if more > 0:
            return f"{', '.join(self.names[:_MOST_NAMES])} and {more:,} more"
        return _listed(self.names)

    @property
    def title(self) -> str:
        """How it is called in a sentence: "the floor of Harlow"."""
        if self.kind == "budget":
            return "the budget"
        return f"the {_WORDS[self.kind][len(self.names) > 1]} of {self.name}"

    @property
    def limits(self) -> str:
        """What it asks for: "at least 200 hours"."""
        unit = "" if self.kind == "budget" else " hours"
        both = " together" if len(self.names) > 1 else ""
        if self.parts:
            ends = [_number(100 * part) for part in sorted({min(self.parts), max(self.parts)})]
            side = "at least" if math.isinf(self.upper) else "at most" if math.isinf(self.lower) else "limits of"
            return f"{side} {' to '.join(ends)} % of {self.what}"
        if self.kind == "disparity":
            return ""
        if self.lower == self.upper:
            return f"exactly {_number(self.lower)}{unit}{both}"
        if math.isinf(self.upper):
            return f"at least {_number(self.lower)}{unit}{both}"
        if math.isinf(self.lower) or self.lower <= 0:
            return f"at most {_number(self.upper)}{unit}{both}"
        return f"{_number(self.lower)} to {_number(self.upper)}{unit}{both}"

    @property
    def shown(self) -> str:
        """It with its numbers: "the floor of Harlow (at least 200 hours)"."""
        if self.kind == "total":
            return f"the {_number(self.upper)} hours of {self.name}"
        return f"{self.title} ({self.limits})" if self.limits else self.title

    @property
    def advice(self) -> str:
        """What would do: "lower the floor of Harlow by 100 hours"."""
        if math.isnan(self.give):
            return f"change {self.title}"
        by = _number(math.ceil(self.give * 100 - 1e-6) / 100)
        each = " each" if len(self.names) > 1 else ""
        if self.kind == "total":
            return f"add {by} hours of {self.name}"
        if self.kind == "budget":
            return f"raise the budget by {by}"
        if math.isinf(self.upper) and self.kind != "disparity" and not self.parts:
            return f"lower {self.title} by {by} hours{each}"
        if math.isinf(self.lower) and self.kind == "cap":
            return f"raise {self.title} by {by} hours{each}"
        return f"let {self.title} give by {by} hours{each}"


@dataclass(frozen=True)
class Clash:
    """Rules that cannot all be kept, none of which can be spared.

    Attributes:
        rules: The rules, in the order of their families.
        smallest: No smaller set of rules clashes; else it is a smallest found.
        whole_shifts: They can be kept in hours, but not in whole shifts.
        others: Rules clash even without these.
    """

    rules: tuple[ClashRule, ...]
    smallest: bool = True
    whole_shifts: bool = False
    others: bool = False

    def error(self) -> AllocationError:
        """Return the refusal."""
        shown = _listed(_cut([rule.shown for rule in self.rules]))
        able = {1: "cannot be kept", 2: "cannot both be kept"}.get(len(self.rules), "cannot all be kept")
        problem = f"{shown} {able}{' in whole shifts' if self.whole_shifts else ''}"
        if not self.smallest:
            problem += " (a smallest set found; a smaller one may exist)"
        if self.others:
            problem += ", and further rules clash without them"
        fix = ", or ".join(_cut([rule.advice for rule in self.rules]))
        return AllocationError(problem, place="rules", fix=fix)

    @property
    def sentence(self) -> str:
        """What is told of it, as one sentence."""
        return str(self.error())


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _cut(parts: list[str]) -> list[str]:
    more = len(parts) - _MOST_RULES
    return [*parts[:_MOST_RULES], f"{more:,} more"] if more > 0 else parts


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
