"""Rules that cannot all be kept, and the one sentence in which that is told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from errors import AllocationError
from models.allocation.programme.problem import Kind

_MOST_RULES = 6
_MOST_NAMES = 3
# So many totals are told as their sum, with the hours of so many of them.
_MANY_TOTALS = 3
_MOST_TOTALS = 8
_MOST_FURTHER = 3
_COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
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
        give: By how many hours it would have to give in each of its rows: alone, for the set to be kept, or as part of
            a way out; NaN where that could not be found out, of whole shifts.
        alike: Each of these rows asks for the same hours.
        among: How several totals are called of which one would do; "" by their names.
        parts: Of rows that are relative: the share of placed hours that each row's limit is.
        what: What hours these are shares of.
    """

    kind: Kind
    names: tuple[str, ...]
    place: str
    lower: float
    upper: float
    give: float
    alike: bool = False
    among: str = ""
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
            return f"at least {self._of_each(self.lower) or _number(self.lower) + unit}{both}"
        if math.isinf(self.lower) or self.lower <= 0:
            return f"at most {self._of_each(self.upper) or _number(self.upper) + unit}{both}"
        return f"{_number(self.lower)} to {_number(self.upper)}{unit}{both}"

    def _of_each(self, hours: float) -> str:
        """Return "30 hours each, 90" of rows that all ask for the same."""
        rows = len(self.names)
        return f"{_number(hours / rows)} hours each, {_number(hours)}" if self.alike and rows > 1 else ""

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
            return f"add {by} hours of {self.among or _either(self.names)}"
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
        rules: The rules: what was asked for first, totals last, else in the order of their families.
        ways: What each rule would have to give so that all rules there are can be kept: itself, and then what else has
            to give with it. Totals that would do equally are one rule. Empty where that could not be found out.
        smallest: No smaller set of rules clashes; else it is a smallest found.
        whole_shifts: They can be kept in hours, but not in whole shifts.
        others: Rules clash even without these.
    """

    rules: tuple[ClashRule, ...]
    ways: tuple[tuple[ClashRule, ...], ...] = ()
    smallest: bool = True
    whole_shifts: bool = False
    others: bool = False

    def error(self) -> AllocationError:
        """Return the refusal."""
        parts = _shown(self.rules)
        able = {1: "cannot be kept", 2: "cannot both be kept"}.get(len(parts), "cannot all be kept")
        problem = f"{_listed(parts)} {able}{' in whole shifts' if self.whole_shifts else ''}"
        if not self.smallest:
            problem += " (a smallest set found; a smaller one may exist)"
        if self.others:
            problem += ", and further rules clash without them"
        if self.ways:
            fix = ", or ".join(_cut([_way(way) for way in self.ways]))
        else:
            fix = f"{', or '.join(_cut([rule.advice for rule in self.rules]))}; further rules may clash then"
        return AllocationError(problem, place="rules", fix=fix)

    @property
    def sentence(self) -> str:
        """What is told of it, as one sentence."""
        return str(self.error())


def _shown(rules: Sequence[ClashRule]) -> list[str]:
    """Return the rules with their numbers, many totals at the end as the one sum that they are."""
    first = next((at for at, rule in enumerate(rules) if rule.kind != "total"), len(rules))
    totals = sorted((rule for rule in rules[first:] if rule.kind == "total"), key=lambda rule: -rule.upper)
    if len(totals) < _MANY_TOTALS:
        return [rule.shown for rule in rules]
    rest = [rule for rule in rules if rule not in totals]
    others = [rule.shown for rule in rest]
    hours = [f"{rule.name} {_number(rule.upper)}" for rule in totals[:_MOST_TOTALS]]
    more = [f"{_counted(len(totals) - _MOST_TOTALS)} more"] if len(totals) > _MOST_TOTALS else []
    toward = "it" if len(rest) == 1 == len(rest[0].names) else "them"
    resources = f"{_counted(len(totals))} resources that may work on {toward} ({_listed([*hours, *more])})"
    return [*others, f"the {_number(sum(rule.upper for rule in totals))} hours of the {resources}"]


def _way(way: Sequence[ClashRule]) -> str:
    """Return a way out: what gives first, and what has to give then as well."""
    then = [rule.advice for rule in way[1:]]
    if len(then) > _MOST_FURTHER:
        then = [*then[:_MOST_FURTHER], f"let {len(then) - _MOST_FURTHER:,} more rules give"]
    return f"{way[0].advice}, and then {_listed(then)} as well" if then else way[0].advice


def any_of(names: Sequence[str], all_names: Sequence[str]) -> str:
    """Return how those of a clash's resources are called of which any one would do; "" where names are shorter."""
    left = [name for name in all_names if name not in names]
    if len(names) < _MANY_TOTALS or len(left) > _MOST_NAMES:
        return ""
    return f"any one of these resources{f' but {_listed(left)}' if left else ''}"


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _counted(number: int) -> str:
    return _COUNTED[number] if number < len(_COUNTED) else f"{number:,}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _cut(parts: list[str]) -> list[str]:
    more = len(parts) - _MOST_RULES
    return [*parts[:_MOST_RULES], f"change one of {more:,} more of these rules"] if more > 0 else parts


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
